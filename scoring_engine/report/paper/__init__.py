"""A result on paper, as PDF: the summaries of scores (成绩汇总表) with lines to sign, and certificates.

    content   what stands on them, as plain data
    printed   the data set into pages by typst, whose templates lie beside it
"""
