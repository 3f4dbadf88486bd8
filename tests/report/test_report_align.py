from scoring_engine.report.align import aligned, pad


def test_chinese_takes_two_cells_so_that_columns_line_up():
    lines = aligned(["名次", "village", "total"], [["1", "东河村", "91.36"], ["2", "Xi", "9.50"]], [True, False, True])
    assert lines == [
        "名次  village  total",
        "────  ───────  ─────",
        "   1  东河村   91.36",
        "   2  Xi        9.50",
    ]


def test_combining_marks_take_no_cell():
    assert pad("e\u0301", 3) == "e\u0301  "
    assert pad("e\u0301", 3, right=True) == "  e\u0301"


def test_a_name_cannot_steer_the_terminal():
    assert aligned(["name"], [["a\x1b[2Jb\nc"]], [False])[2] == "a\\x1b[2Jb\\x0ac"


def test_no_line_ends_in_spaces():
    assert aligned(["a", "b"], [["1", ""]], [False, False], indent="  ") == ["  a  b", "  ─  ─", "  1"]
