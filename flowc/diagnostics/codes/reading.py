"""F01: what can be wrong with a file before anyone asks what it means.

Words only. Who finds these, and how, is in `flowc/syntax`.
"""

from __future__ import annotations

from flowc.diagnostics.model import Code, Severity, Words


def _error(number: str, summary: Words, label: Words, advice: Words) -> Code:
    return Code(number, Severity.ERROR, summary, label, advice)


def _warning(number: str, summary: Words, label: Words, advice: Words) -> Code:
    return Code(number, Severity.WARNING, summary, label, advice)


# --- the file and its characters ---

SAVE_TEXT = Words(
    "in Notepad `Save as`, then `Encoding: UTF-8`", "记事本里选“另存为”，“编码”选 UTF-8"
)
SAVE_TABLE = Words(
    "in Excel or WPS `Save as`, then the type `CSV UTF-8 (comma delimited)`",
    "Excel 或 WPS 里选“另存为”，类型选“CSV UTF-8（逗号分隔）”",
)

FILE_UNREADABLE = _error(
    "F0101",
    Words("file cannot be read", "文件读不出来"),
    Words("{reason}", "{reason}"),
    Words(
        "check that the file exists and that you may read it", "请检查文件是否存在、是否有读取权限"
    ),
)
FILE_IN_GBK = _error(
    "F0102",
    Words("file is saved as GBK, not UTF-8", "文件存成了 GBK，不是 UTF-8"),
    Words("the first Chinese text, read as GBK", "第一处中文（按 GBK 读出）"),
    Words(
        "save it as UTF-8: {steps}; or `iconv -f GBK -t UTF-8 old > new`",
        "请另存为 UTF-8：{steps_zh}；或 `iconv -f GBK -t UTF-8 旧文件 > 新文件`",
    ),
)
FILE_NOT_UTF8 = _error(
    "F0103",
    Words("file is not UTF-8 text", "文件不是 UTF-8 文本"),
    Words("byte {offset} is {byte}: {guess}", "第 {offset} 个字节是 {byte}：{guess}"),
    Words("save the file as UTF-8: {steps}", "请把文件另存为 UTF-8：{steps_zh}"),
)
BYTE_ORDER_MARK = _warning(
    "F0104",
    Words("file begins with a byte order mark", "文件开头有 BOM 标记"),
    Words("read without it, but other tools may trip over it", "已忽略，但别的工具可能读错"),
    Words(
        "save it as `UTF-8`, not as `UTF-8 with BOM`", "请存为“UTF-8”，不要存为“带有 BOM 的 UTF-8”"
    ),
)
CONTROL_CHARACTER = _error(
    "F0105",
    Words("control character in a file", "文件里有控制字符"),
    Words("{character} is no part of a text", "{character} 不能出现在文字里"),
    Words("delete the character", "请删掉这个字符"),
)
DIRECTION_CHARACTER = _error(
    "F0106",
    Words("character that turns the direction of writing", "有改变书写方向的字符"),
    Words(
        "{character} makes the file read otherwise than it is",
        "{character} 会让看到的和实际的不一样",
    ),
    Words("delete the character", "请删掉这个字符"),
)
INVISIBLE_CHARACTER = _error(
    "F0107",
    Words("invisible character", "有看不见的字符"),
    Words("{character} stands here", "这里有 {character}"),
    Words(
        "delete it; it often comes with text copied from a web page", "请删掉，它常随网页复制而来"
    ),
)
LINE_SEPARATOR = _error(
    "F0108",
    Words("unusual end of line", "换行符不规范"),
    Words("{character} ends a line for some programs", "{character} 在有些程序里算换行"),
    Words("put an ordinary line end there, or a space", "请改成普通换行或空格"),
)
FILE_TOO_LARGE = _error(
    "F0109",
    Words("file is too large", "文件太大"),
    Words("{size} bytes, the limit is {limit}", "{size} 字节，上限是 {limit}"),
    Words("split the flow over several files", "请把流程拆成几个文件"),
)

# --- what YAML can do and a flow file does not need ---

DUPLICATE_KEY = _error(
    "F0110",
    Words("key written twice", "键重复"),
    Words("`{key}` stands here a second time", "`{key}` 在这里又写了一次"),
    Words(
        "rename or delete one of the two; the first is kept", "请改名或删掉一个；目前以第一个为准"
    ),
)
ANCHOR = _error(
    "F0111",
    Words("YAML anchor", "用了 YAML 锚点"),
    Words("`&` begins an anchor here", "`&` 在这里是锚点的开头"),
    Words(
        "write the value out; if it is a text, put quotes round it",
        "请直接写出内容；若是文字请加引号",
    ),
)
ALIAS = _error(
    "F0112",
    Words("YAML alias", "用了 YAML 别名"),
    Words("`{written}` copies another part of the file", "`{written}` 会复制文件的另一部分"),
    Words(
        "write the value out, or make it a flow and `call` it",
        "请直接写出内容，或做成流程再 `call`",
    ),
)
TAG = _error(
    "F0113",
    Words("YAML tag", "用了 YAML 标签"),
    Words("`!` begins a tag here", "`!` 在这里是标签的开头"),
    Words(
        "delete it; if it belongs to a text, put quotes round the text",
        "请删掉；若是文字的一部分，请给整段文字加引号",
    ),
)
MERGE_KEY = _error(
    "F0114",
    Words("YAML merge key", "用了 YAML 合并键"),
    Words("`<<` copies fields from elsewhere", "`<<` 会从别处复制字段"),
    Words("write the fields out", "请把字段写出来"),
)
SEVERAL_DOCUMENTS = _error(
    "F0115",
    Words("several documents in one file", "一个文件里有几份文档"),
    Words("a second document begins here", "第二份文档从这里开始"),
    Words("put each into a file of its own", "请各放一个文件"),
)
TOO_DEEP = _error(
    "F0116",
    Words("nested too deep", "嵌套太深"),
    Words("more than {limit} levels", "超过 {limit} 层"),
    Words("move the inner part to a flow of its own", "请把里面的部分移到单独的流程"),
)
TOO_MANY_VALUES = _error(
    "F0117",
    Words("too many values in one file", "一个文件里内容太多"),
    Words("more than {limit} values up to here", "到这里已超过 {limit} 项"),
    Words("split the file", "请拆分文件"),
)
COMPLEX_KEY = _error(
    "F0118",
    Words("key is not a word", "键不是一个词"),
    Words(
        "a list, a mapping, a long text or `?` stands where a key is expected",
        "这里应是键，却是列表、映射、多行文字或 `?`",
    ),
    Words("write the key as one word before the `:`", "请在 `:` 前写一个词作键"),
)
DIRECTIVE = _error(
    "F0119",
    Words("YAML directive", "用了 YAML 指令"),
    Words("`%` at the start of a line is a directive", "行首的 `%` 是 YAML 指令"),
    Words(
        "delete the line; if it is a text, put quotes round it", "请删掉这一行；若是文字请加引号"
    ),
)
FILE_EMPTY = _error(
    "F0120",
    Words("nothing is written in the file", "文件是空的"),
    Words("only blanks and comments up to here", "到这里只有空白和注释"),
    Words("write something, or delete the file", "请写上内容，或删掉文件"),
)

NOT_READ = _warning(
    "F0121",
    Words("a file that flowc does not read", "flowc 不会读这个文件"),
    Words("names of such files end in `{ending}`", "这里的文件名要以 `{ending}` 结尾"),
    Words(
        "{how}: `{renamed}`; Windows shows endings under View, `File name extensions`",
        "{how_zh}：`{renamed}`；Windows 资源管理器里打开“查看”“文件扩展名”，才看得到完整的文件名",
    ),
)
FOLDER_FOR_FILE = _error(
    "F0122",
    Words("a folder where a file is expected", "这里应是文件，却是文件夹"),
    Words(
        "`{name}` is a folder, and what is in it is not read", "`{name}` 是文件夹，里面的内容读不到"
    ),
    Words(
        "take the file out of it, or give the folder another name",
        "请把里面的文件移出来，或给文件夹改个名字",
    ),
)
FOLDER_NOT_READ = _warning(
    "F0123",
    Words("a folder that flowc does not read", "flowc 不会读这个文件夹"),
    Words(
        "the folder is called `{wanted}`, in small letters", "这个文件夹应叫 `{wanted}`，用小写字母"
    ),
    Words("rename it: `{wanted}`", "请改名：`{wanted}`"),
)
NO_TEXT = _error(
    "F0124",
    Words("no text file", "不是文本文件"),
    Words("this is no text file, but {kind}", "这不是文本文件，而是{kind_zh}"),
    Words(
        "save it as text, in UTF-8: {steps}; a new ending alone changes nothing",
        "请另存为 UTF-8 文本：{steps_zh}；只改文件名的结尾没有用",
    ),
)

# --- traps of YAML ---

COMMENT_CUTS_TEXT = _error(
    "F0130",
    Words("text is cut short by ` #`", "文字被 ` #` 截断"),
    Words("all from here on is a comment and is never said", "从这里起被当作注释，不会播报"),
    Words(
        'put quotes round the text: "... #..."; before a true comment put two spaces',
        '请给文字加引号："…… #……"；真的注释前请空两格',
    ),
)
HASH_KEY_UNQUOTED = _error(
    "F0131",
    Words("`#` as a key needs quotes", "`#` 作键要加引号"),
    Words("unquoted, this is a comment and the key is lost", "不加引号就成了注释，这个键会丢失"),
    Words('write `"#":`', '请写成 `"#":`'),
)
STAR_UNQUOTED = _error(
    "F0132",
    Words("`*` at the start needs quotes", "以 `*` 开头要加引号"),
    Words("unquoted, `*` is a YAML alias", "不加引号，`*` 是 YAML 的别名"),
    Words('write `"{written}"`', '请写成 `"{written}"`'),
)
AT_UNQUOTED = _error(
    "F0133",
    Words("`@` at the start needs quotes", "以 `@` 开头要加引号"),
    Words("YAML keeps `@` for itself", "YAML 保留了 `@`"),
    Words('write `"{written}"`', '请写成 `"{written}"`'),
)
MARK_UNQUOTED = _error(
    "F0134",
    Words("text begins with a mark of YAML", "文字以 YAML 的符号开头"),
    Words("`{character}` cannot begin a text", "`{character}` 不能作文字的开头"),
    Words("put quotes round the text", "请给文字加引号"),
)
COMMA_SPLITS_TEXT = _error(
    "F0135",
    Words("comma inside `{{ }}` splits a text", "`{{ }}` 里的逗号把文字拆开了"),
    Words(
        "`{written}` is read as a key of its own, without a value",
        "`{written}` 被读成另一个没有值的键",
    ),
    Words("put quotes round the text that holds the comma", "请给带逗号的文字加引号"),
)
COMMA_SPLITS_ITEM = _warning(
    "F0136",
    Words("comma inside `[ ]` splits a text", "`[ ]` 里的逗号把文字拆开了"),
    Words("two texts are read here, not one", "这里被读成两段文字"),
    Words(
        "put quotes round the text, or a space after the comma if two are meant",
        "请给文字加引号；若确是两段，请在逗号后空一格",
    ),
)
BRACKET_IN_TEXT = _error(
    "F0137",
    Words("bracket in a text inside `{{ }}` or `[ ]`", "`{{ }}` 或 `[ ]` 里的文字带有括号"),
    Words("`{character}` ends the text here", "文字在 `{character}` 处中断"),
    Words("put quotes round the text", "请给文字加引号"),
)
BRACE_STARTS_TEXT = _error(
    "F0138",
    Words("text begins with a bracket", "文字以括号开头"),
    Words(
        "unquoted, `{character}` opens a mapping or a list",
        "不加引号，`{character}` 会被当作映射或列表的开头",
    ),
    Words('put quotes round the text: "{character}..."', '请给整段文字加引号："{character}……"'),
)
TAB = _error(
    "F0139",
    Words("tab", "有制表符（Tab）"),
    Words("YAML wants spaces here", "YAML 这里只能用空格"),
    Words("replace it by spaces, two a level", "请换成空格，每层两个"),
)
WIDE_SPACE = _error(
    "F0140",
    Words("wide or unbreakable space where a space is meant", "该用普通空格处用了全角空格"),
    Words("{character} is no indentation and no gap", "{character} 不算缩进，也不算间隔"),
    Words("replace it by ordinary spaces", "请换成半角空格"),
)

# --- traps of a Chinese keyboard ---

WIDE_COLON = _error(
    "F0141",
    Words("full-width colon after a key", "键后用了全角冒号"),
    Words(
        "this is part of the word, not the mark after a key", "全角冒号会算作文字，不是键后的符号"
    ),
    Words(
        "write `{key}: ` with a half-width colon and a space", "请写成 `{key}: `（半角冒号加空格）"
    ),
)
WIDE_QUOTES = _warning(
    "F0142",
    Words("full-width quotes round a text", "文字外用了中文引号"),
    Words("these quotes are part of the text", "这对引号会算作文字的一部分"),
    Words(
        'write "..." with half-width quotes, or no quotes at all', '请用半角引号 "…"，或不加引号'
    ),
)
WIDE_BRACKETS = _error(
    "F0143",
    Words(
        "full-width brackets where a list or a mapping may be meant", "该用半角括号处用了全角括号"
    ),
    Words("this is read as one text", "这里被读成一段文字"),
    Words(
        "write half-width `{{ }}`, `[ ]`; if a text is meant, put quotes round it",
        "请用半角 `{{ }}`、`[ ]`；若确是文字，请加引号",
    ),
)
WIDE_KEYS = _error(
    "F0144",
    Words("full-width digits, keys or quotes", "用了全角数字、按键符号或引号"),
    Words("`{written}` is full-width", "`{written}` 是全角"),
    Words(
        "write `{narrow}`; if it is a text, put quotes round it",
        "请写成 `{narrow}`；若确是文字，请加引号",
    ),
)
WIDE_COMMA = _error(
    "F0145",
    Words("full-width comma inside `{{ }}` or `[ ]`", "`{{ }}` 或 `[ ]` 里用了全角逗号"),
    Words("`{character}` does not separate anything", "`{character}` 起不到分隔作用"),
    Words(
        "write `, `; if it belongs to a text, put quotes round the text",
        "请写成 `, `；若是文字的一部分，请给文字加引号",
    ),
)

# --- YAML that is broken ---

QUOTE_NOT_CLOSED = _error(
    "F0150",
    Words("quote is not closed", "引号没有闭合"),
    Words("opened here and never closed on this line", "从这里开始，本行没有闭合"),
    Words("put {quote} at the end of the text", "请在文字末尾补上 {quote}"),
)
INDENTATION = _error(
    "F0151",
    Words("indentation does not fit", "缩进对不上"),
    Words(
        "this line begins with {spaces} spaces; the levels above it: {levels}",
        "这一行前面有 {spaces} 个空格；上文各层：{levels_zh}",
    ),
    Words(
        "give lines that belong together the same number of spaces",
        "同一层的各行请缩进相同的空格数",
    ),
)
COLON_IN_TEXT = _error(
    "F0152",
    Words("`: ` inside a text", "文字里有半角冒号加空格"),
    Words("YAML takes this for a second key", "YAML 会把这里当作又一个键"),
    Words('put quotes round the text: "...: ..."', '请给文字加引号："……: ……"'),
)
BRACKET_NOT_CLOSED = _error(
    "F0153",
    Words("bracket is not closed", "括号没有闭合"),
    Words("`{character}` is opened here", "`{character}` 从这里开始"),
    Words("put `{closing}` at its end", "请在末尾补上 `{closing}`"),
)
TEXT_AFTER_QUOTE = _error(
    "F0154",
    Words("text goes on after its closing quote", "引号闭合后还有文字"),
    Words("the quotes are closed before this", "引号在这之前已闭合"),
    Words("{advice}", "{advice_zh}"),
)
WHOLE_IN_QUOTES = Words("put the quotes round the whole text", "请用引号括住整段文字")
APOSTROPHE = Words(
    "the apostrophe in a word ends a text in single quotes: {fixes}",
    "单词里的撇号会结束单引号里的文字：{fixes}",
)
DOUBLE_QUOTES = Words(
    "write `{whole}`, or double the apostrophe", "请写成 `{whole}`，或把撇号写两遍"
)
DOUBLED = Words("write it twice: `{whole}`", "请写两遍：`{whole}`")
ESCAPE = _error(
    "F0155",
    Words("unknown escape in double quotes", "双引号里的转义写法不对"),
    Words("`\\` means something else inside double quotes", "双引号里的 `\\` 有特殊含义"),
    Words("write `\\\\`, or use single quotes", "请写成 `\\\\`，或改用单引号"),
)
COLON_MISSING = _error(
    "F0156",
    Words("no `: ` after a key", "键后缺少冒号和空格"),
    Words("a key, a colon and a space are expected", "这里应是键、冒号和空格"),
    Words("write `{key}: ...`", "请写成 `{key}: ……`"),
)
BLOCK_HEADER = _error(
    "F0157",
    Words("text begins with a mark of a block", "文字以 `|` 或 `>` 开头"),
    Words(
        "after `{character}` the text begins on the next line",
        "`{character}` 之后，文字要从下一行开始",
    ),
    Words(
        "put quotes round the text, or begin it on the next line", "请给文字加引号，或从下一行写起"
    ),
)
BROKEN = _error(
    "F0159",
    Words("YAML cannot be read from here on", "YAML 从这里读不下去"),
    Words("{problem}", "{problem}"),
    Words(
        "look at this line and the one above; quotes round a text are always right",
        "请检查这一行和上一行；给文字加引号总是对的",
    ),
)
SAME_LEVEL = _error(
    "F0160",
    Words("lines stand on the level of their heading", "下属的行与标题行缩进相同"),
    Words(
        "nothing stands under `{name}`, and the lines after it say `{key}` a second time",
        "`{name}` 下面没有内容，而后面同一层的行里又写了一次 `{key}`",
    ),
    Words(
        "move `{name}:` out to the level of its like, so that its lines stand two spaces further in; "
        "or delete one `{key}`",
        "请把 `{name}:` 移到与同类行相同的缩进，使它下面各行比它多两个空格；或删掉一个 `{key}`",
    ),
)

CODES: tuple[Code, ...] = tuple(value for value in globals().values() if isinstance(value, Code))
