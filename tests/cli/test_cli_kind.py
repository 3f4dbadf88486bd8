"""Wrong input: each message says what is wrong, where, and what to do, in the reader's language, and none is a traceback."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import click
import pytest

from scoring_engine.cli.group import COMMANDS, cli
from scoring_engine.cli.main import main

ROOT = Path(__file__).parents[2]

RULEBOOK = (ROOT / "tests" / "cli" / "short.yaml").read_text(encoding="utf-8")
LOG = (ROOT / "tests" / "cli" / "short.csv").read_text(encoding="utf-8")

BYTES = bytes(range(256)) * 8


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with files that a person could name by mistake."""
    files = {
        "short.yaml": RULEBOOK.encode(),
        "short.csv": LOG.encode(),
        "gbk.csv": LOG.encode("gb18030"),
        "gbk.yaml": RULEBOOK.encode("gb18030"),
        "wide.yaml": RULEBOOK.encode("utf-16"),
        "empty.jsonl": b"",
        "empty.yaml": b"",
        "empty.xlsx": b"",
        "bytes.jsonl": BYTES,
        "bytes.csv": BYTES,
        "bytes.yaml": BYTES,
        "bytes.xlsx": BYTES,
        "bytes.db": BYTES,
        "book.csv": b"PK\x03\x04" + BYTES,
        "list.csv": "编号,姓名\nE,孙强\n".encode("gb18030"),
        "result.json": b"[1, 2]",
    }
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    (tmp_path / "folder").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SCORING_ENGINE_CACHE", "off")
    monkeypatch.delenv("SCORING_ENGINE_DEBUG", raising=False)
    return tmp_path


# command line, exit code, what the English and the Chinese message must hold: the thing and what to do about it
WRONG = [
    ("replay shart.csv", 2, "shart.csv: there is no such file; did you mean short.csv?", "shart.csv：没有这个文件；是否指 short.csv？"),
    ("replay folder", 2, "folder is a folder; name the files in it", "folder 是文件夹"),
    ("replay bytes.jsonl", 2, "bytes.jsonl is no text; a log is a .jsonl or .csv file", "bytes.jsonl 不是文本"),
    ("replay bytes.csv", 2, "bytes.csv is no text", "bytes.csv 不是文本"),
    ("replay book.csv", 2, "book.csv is a workbook under another name; let it end in .xlsx", "请把扩展名改回 .xlsx"),
    ("replay bytes.xlsx", 1, "bytes.xlsx", "bytes.xlsx"),
    ("replay empty.jsonl", 1, "it needs an event opened", "开赛事件 opened"),
    ("replay short.csv --ruleset shortly", 2, "there is no rulebook “shortly”", "没有规则“shortly”"),
    ("replay short.csv --ruleset talk-contst", 2, "did you mean “talk-contest”?", "是否指“talk-contest”？"),
    ("replay short.csv --ruleset gbk.yaml", 1, "save the file as UTF-8", "请把文件另存为 UTF-8"),
    ("replay short.csv --ruleset short.yaml --until soon", 1, "“soon” is neither the seq", "“soon”既不是事件序号也不是时间"),
    ("replay short.csv --ruleset short.yaml --until --full", 2, "--full stands where the number of an event", "却是 --full"),
    ("replay short.csv --ruleset short.yaml --each nix", 1, "no event has the field nix", "没有事件含字段 nix"),
    ("replay short.csv --ruleset short.yaml --out short.csv", 2, "short.csv is a file; give the name of a folder", "short.csv 是文件"),
    ("replay short.csv --format pdf", 2, "'pdf' is not one of", "'pdf' 不在可选值"),
    ("check gbk.yaml", 1, "it looks like GB18030", "似为 GB18030"),
    ("check wide.yaml", 1, "the file is UTF-16 text", "文件是 UTF-16 编码"),
    ("check empty.yaml", 1, "the file is empty", "文件为空"),
    ("check bytes.yaml", 1, "this is not UTF-8 text", "这不是 UTF-8 文本"),
    ("check folder", 2, "folder is a folder", "folder 是文件夹"),
    ("test empty.yaml", 1, "the file is empty", "文件为空"),
    ("explain short.csv --ruleset short.yaml", 2, "give --contestant X or --above A B", "--contestant"),
    ("explain short.csv --ruleset short.yaml --contestant Z", 1, "nobody in the log has the id or the name “Z”; there are", "的选手；有"),
    ("explain short.csv --ruleset short.yaml --above A Z", 1, "“Z”", "“Z”"),
    ("explain short.csv --ruleset short.yaml --contestant A --competition tolks", 1, "did you mean “talks”?", "是否指“talks”？"),
    ("explain short.csv --ruleset short.yaml --above A B --competition a --competition b", 2, "give --competition once", "只写一次"),
    ("diff short.csv --ruleset short.yaml", 2, "--against, --until, --without or --set", "--against、--until、--without 或 --set"),
    ("diff short.csv --ruleset short.yaml --without judge=J9", 1, "no event of the log has the judge “J9”; check the id", "请核对编号"),
    ("diff short.csv --ruleset short.yaml --without J9", 1, "write judge=ID", "请写 judge="),
    ("diff short.csv --ruleset short.yaml --set limit=3", 1, "no rulebook of the log has the parameter “limit”", "没有参数“limit”"),
    ("judges empty.jsonl", 1, "no marks", "没有评委打分"),
    ("verify result.json short.csv", 1, "give the result.json that replay --out writes", "请给出 replay --out 写出的 result.json"),
    ("verify short.csv short.csv", 1, "short.csv is no JSON", "short.csv 不是 JSON"),
    ("report empty.jsonl --out pages", 1, "the log has no events", "日志中没有事件"),
    ("template --ruleset short.yaml --out away/sheets.xlsx", 2, "there is no folder away; make it first", "没有文件夹 away；请先建立"),
    ("template --ruleset short.yaml --out sheets.xls", 2, "end it in .xlsx", "请以 .xlsx 结尾"),
    ("template --ruleset short.yaml --stage semi --out sheets.xlsx", 1, "the rulebook has no stage “semi”; it has final", "它有 final"),
    ("template --ruleset short.yaml --out sheets.xlsx --rows 0", 2, "0 is not in the range", "0 不在范围"),
    ("import list.csv --ruleset short.yaml", 1, "name their kind with --kind", "请用 --kind 指明"),
    ("import bytes.xlsx --ruleset short.yaml", 1, "bytes.xlsx cannot be read as a workbook", "bytes.xlsx 无法作为工作簿读取"),
    ("import empty.xlsx --ruleset short.yaml", 1, "empty.xlsx", "empty.xlsx"),
    ("import short.yaml --ruleset short.yaml", 1, "sheets are read from .csv and .xlsx files, not from .yaml", "不读 .yaml"),
    ("import list.csv --ruleset short.yaml --kind judges", 1, "there is no kind of event or record “judges”", "“judges”"),
    ("log verify none.db", 1, "none.db: there is no such ledger; check the path", "没有这个账本"),
    ("log verify bytes.db", 1, "bytes.db is not a ledger", "bytes.db 不是账本"),
    ("log import new.db short.csv", 1, "short.csv, line 1: the line is no JSON", "short.csv 第 1 行"),
    ("log nothing", 2, "No such command 'nothing'.", "没有命令 'nothing'"),
    ("serve --ruleset short.yaml --ledger bytes.db --port 0", 1, "bytes.db is not a ledger", "bytes.db 不是账本"),
    ("serve --ruleset short.yaml --ledger new.db --host 0.0.0.0", 2, "--tls-cert and --tls-key", "--tls-cert 和 --tls-key"),
    ("serve --ruleset short.yaml --ledger new.db --tls-cert gbk.csv --tls-key gbk.csv", 1, "no certificate with its key", "不是配对的"),
    ("new", 2, "give the new rulebook a NAME", "请给新规则起名"),
    ("completion tcsh", 2, "'tcsh' is not one of 'bash', 'zsh', 'fish'", "'tcsh' 不在可选值 'bash', 'zsh', 'fish' 之中"),
    ("schema pdf", 2, "'pdf' is not one of", "'pdf' 不在可选值"),
    ("rulesets here", 2, "Got unexpected extra argument (here)", "多余的参数（here）"),
    ("reply short.csv", 2, 'did you mean "replay"?', "是否指“replay”？"),
    ("nix", 2, "scoring-engine --help lists them", "scoring-engine --help 可列出"),
    ("replay short.csv --rulset short.yaml", 2, "'--ruleset'", "'--ruleset'"),
]


@pytest.mark.parametrize(("line", "code", "english", "chinese"), WRONG, ids=[line for line, *_ in WRONG])
def test_wrong_input_is_answered_kindly(line: str, code: int, english: str, chinese: str, folder: Path, capsys):
    for lang, wanted in (("en", english), ("zh", chinese)):
        assert main([*line.split(), "--lang", lang]) == code
        out, err = capsys.readouterr()
        assert wanted in err + out, err + out
        for fault in ("Traceback", "fault of scoring-engine", "是 scoring-engine 的缺陷", "Errno"):
            assert fault not in err + out


@pytest.mark.parametrize("line", [line for line, code, *_ in WRONG if code == 2][:6])
def test_what_the_command_line_library_says_is_chinese_too(line: str, folder: Path, capsys):
    assert main([*line.split(), "--lang", "zh"]) == 2
    err = capsys.readouterr().err
    assert err.startswith("用法: scoring-engine")
    assert re.search(r"^错误：", err, re.M)
    assert not re.search(r"Usage|Error|Try|Invalid", err)


def test_a_log_in_gbk_is_the_same_log(folder: Path, capsys):
    """What WPS saves as plain CSV on a Chinese system gives the result that UTF-8 gives."""
    results = []
    for name in ("short.csv", "gbk.csv"):
        assert main(["replay", name, "--ruleset", "short.yaml", "--format", "json"]) == 0
        results.append(capsys.readouterr().out)
    assert "陈思远" in results[0]
    assert results[0] == results[1]


def test_a_list_in_gbk_is_read_and_said_to_be(folder: Path, capsys):
    asked = ["import", "list.csv", "--ruleset", "short.yaml", "--kind", "contestant", "--competition", "talks"]
    assert main([*asked, "--map", "编号=contestant", "--map", "姓名=name", "--out", "log.jsonl", "--lang", "zh"]) == 0
    assert "GB18030" in capsys.readouterr().err
    assert "孙强" in (folder / "log.jsonl").read_text(encoding="utf-8")


def helps(command: click.Command, name: str) -> list[tuple[str, str]]:
    """The help of a command, of those within it and of their options, each with where it stands."""
    found = [(name, command.help or "")]
    found += [(f"{name} {option.opts[0]}", option.help or "") for option in command.params if isinstance(option, click.Option)]
    inner = command.commands if isinstance(command, click.Group) else {}
    return found + [one for sub, each in inner.items() for one in helps(each, f"{name} {sub}")]


@pytest.mark.parametrize("name", COMMANDS)
def test_a_chinese_environment_gets_chinese_help(name: str, monkeypatch: pytest.MonkeyPatch, capsys):
    monkeypatch.delenv("SCORING_ENGINE_LANG", raising=False)
    for variable in ("LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    assert main([name, "--help"]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith(f"用法: scoring-engine {name}")
    for place, text in helps(cli.get_command(click.Context(cli), name), name):
        if not place.endswith("--help"):
            assert re.search("[\u4e00-\u9fff]", text), f"{place}: {text}"


def test_the_language_asked_for_holds_for_help_in_any_environment(monkeypatch: pytest.MonkeyPatch, capsys):
    monkeypatch.setenv("SCORING_ENGINE_LANG", "en")
    assert main(["replay", "--lang", "zh", "--help"]) == 0
    assert "事件日志" in capsys.readouterr().out
    assert main(["replay", "--lang=en", "--help"]) == 0
    assert "Replay a log of events" in capsys.readouterr().out


def test_the_language_may_stand_before_the_command_and_the_last_one_counts(folder: Path, capsys):
    assert main(["--lang", "zh", "--help"]) == 0
    assert capsys.readouterr().out.startswith("用法: scoring-engine")
    for line, wanted in (("--lang zh replay none.csv", "没有这个文件"), ("--lang zh replay none.csv --lang en", "there is no such file")):
        assert main(line.split()) == 2
        assert wanted in capsys.readouterr().err
    assert main(["--lang", "zh", "replay", "short.csv", "--ruleset", "short.yaml"]) == 0
    assert "名次" in capsys.readouterr().out


def test_the_list_of_commands_says_something_of_each_in_chinese(capsys):
    assert main(["--lang", "zh", "--help"]) == 0
    lines = capsys.readouterr().out.partition("命令:\n")[2].splitlines()
    assert [line.split()[0] for line in lines] == list(COMMANDS)
    for line in lines:
        assert len(re.findall("[\u4e00-\u9fff]", line)) >= 4, line
        assert "..." not in line


def test_options_of_one_name_mean_one_thing():
    """An option that several commands have takes the same words and stands for the same thing in all of them."""
    kinds: dict[str, set[tuple[str, str]]] = {}
    for name in COMMANDS:
        command = cli.get_command(click.Context(cli), name)
        assert command is not None
        for option in command.params:
            if isinstance(option, click.Option):
                kinds.setdefault(option.opts[0], set()).add((type(option.type).__name__, str(option.metavar)))
    shared = ("--lang", "--ruleset", "--full", "--engine", "--strict")
    assert {name: kinds[name] for name in shared if len(kinds[name]) > 1} == {}


def test_every_command_speaks_both_languages():
    for name in COMMANDS:
        command = cli.get_command(click.Context(cli), name)
        within = command.commands.values() if isinstance(command, click.Group) else [command]
        for one in within:
            assert one is not None
            assert any("--lang" in option.opts for option in one.params), name


def test_a_command_is_found_and_refused_without_the_heavy_libraries():
    code = (
        "import sys\nfrom scoring_engine.cli.main import main\n"
        "assert main(['replay', 'none.csv']) == 2 and main(['completion', 'bash']) == 0 and main(['new', '--list']) == 0\n"
        "print(sorted({'numpy', 'pandas', 'pydantic', 'yaml', 'durable', 'rich'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, encoding="utf-8")
    assert done.stdout.splitlines()[-1] == "[]", done.stderr
