"""The source documents' text in one spelling, so that a quote can be looked up in it.

`plain` folds punctuation to the full-width form and drops white space. `normalised` also mends the one noisy transcription:
pinyin in brackets after a Han character (業(yè)), doubled punctuation (,, and ,。) and traditional characters. Brackets that
hold Han characters are real and stay.
"""

from __future__ import annotations

import re

TRADITIONAL = (
    "來個側備傳優兩冊則創劃動務勢區員問單嚴國圍園圖堅報場學實審寫專對導層崗嶺幫廣張強態慣應戰掛揮撐擔擴數時晉曉書會條業構標樹機檔決準澮濟為無煉"
    "牽獎現發盡監盤眾確礎筆節紀約紙級細組結給經維線編練縣總織繞繼續罰習聯職肅脫臨臺與舉蓋號見規視覺討訓記訪設評話認誡誰調談論講證識議讀變財貧責費"
    "質賬載輕輯轉辦農進達適選鄉針鉆銷鋒鍛鏈鑒長門閉開間關陣陽隊際雙離難響項領頭頻題類顯風養駐驗體點黨龍"
)
SIMPLIFIED = (
    "来个侧备传优两册则创划动务势区员问单严国围园图坚报场学实审写专对导层岗岭帮广张强态惯应战挂挥撑担扩数时晋晓书会条业构标树机档决准浍济为无炼"
    "牵奖现发尽监盘众确础笔节纪约纸级细组结给经维线编练县总织绕继续罚习联职肃脱临台与举盖号见规视觉讨训记访设评话认诫谁调谈论讲证识议读变财贫责费"
    "质账载轻辑转办农进达适选乡针钻销锋锻链鉴长门闭开间关阵阳队际双离难响项领头频题类显风养驻验体点党龙"
)
_TO_SIMPLIFIED = str.maketrans(TRADITIONAL, SIMPLIFIED)
_FULL_WIDTH = str.maketrans(",;:?!()", "，；：？！（）")
_PINYIN = re.compile(r"(?<=[\u4e00-\u9fff])\([a-zāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜü]+\)")
_DOUBLED = re.compile(r"[,，]+(?=[,，。、；：;:])")


def plain(text: str) -> str:
    """The text without white space and with full-width punctuation."""
    return re.sub(r"\s+", "", text).translate(_FULL_WIDTH)


def normalised(text: str) -> str:
    """The text of the noisy transcription as it was meant: simplified, without pinyin, with single punctuation."""
    return plain(_DOUBLED.sub("", _PINYIN.sub("", text)).translate(_TO_SIMPLIFIED))
