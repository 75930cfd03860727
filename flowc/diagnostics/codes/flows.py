"""F02xx: the form of a flow and the names in it."""

from __future__ import annotations

from flowc.diagnostics.model import Code, Severity, Words

E, W, A = Severity.ERROR, Severity.WARNING, Severity.ADVICE

UNKNOWN_NODE = Code(
    "F0201",
    E,
    Words("unknown node", "没有这个节点"),
    Words("no node named `{name}` in flow `{flow}`", "流程 `{flow}` 里没有名为 `{name}` 的节点"),
    Words("did you mean `{closest}`?", "是不是想写 `{closest}`？"),
)
UNKNOWN_KIND = Code(
    "F0202",
    E,
    Words("unknown kind of node", "不认识的节点种类"),
    Words(
        "node `{node}` has no kind: none of {found} is one",
        "节点 `{node}` 没有种类：{found} 都不是种类",
    ),
    Words("write a kind: {kinds}", "请写一个种类：{kinds}"),
)
TWO_KINDS = Code(
    "F0203",
    E,
    Words("two kinds in one node", "一个节点写了两个种类"),
    Words(
        "`{second}` is a kind too; node `{node}` is a `{first}` already",
        "`{second}` 也是种类；节点 `{node}` 已经是 `{first}`",
    ),
    Words(
        "make two nodes of it and lead from one to the other with `then:`",
        "请拆成两个节点，用 `then:` 连起来",
    ),
)
UNKNOWN_FIELD = Code(
    "F0204",
    E,
    Words("unknown field", "不认识的字段"),
    Words("a `{kind}` has no field `{name}`", "`{kind}` 没有字段 `{name}`"),
    Words("did you mean `{closest}`?", "是不是想写 `{closest}`？"),
)
MISSING_FIELD = Code(
    "F0205",
    E,
    Words("missing field", "缺少字段"),
    Words("`{node}` needs `{name}:`", "`{node}` 需要写 `{name}:`"),
    Words("{hint}", "{hint_zh}"),
)
MISSING_OUTCOME = Code(
    "F0206",
    E,
    Words("an outcome leads nowhere", "有一种结果没有去处"),
    Words(
        "`{node}` does not say where a caller goes {when}",
        "`{node}` 没有写{when_zh}来电者去哪里",
    ),
    Words(
        "add `{outcome}: <node>` to the node, or `{outcome}:` under `defaults:` of flowc.yaml",
        "请在节点里加 `{outcome}: <节点>`，或在 flowc.yaml 的 `defaults:` 下写 `{outcome}:`",
    ),
)
WRONG_SHAPE = Code(
    "F0207",
    E,
    Words("something else is expected here", "这里应该写别的内容"),
    Words("{name} should be {expected}", "{name} 应当是{expected_zh}"),
    Words("for example: {example}", "例如：{example}"),
)
WRONG_NAME = Code(
    "F0208",
    E,
    Words("not a name", "不是合适的名字"),
    Words("`{name}` can't be a name here", "`{name}` 不能用作这里的名字"),
    Words(
        "names are small letters, digits and `_`, begin with a letter and have at most {most} characters; "
        "what people call a node stands in `title:`",
        "名字用小写字母、数字和 `_`，以字母开头，最多 {most} 个字符；给人看的名称写在 `title:` 里",
    ),
)
UNKNOWN_FLOW = Code(
    "F0209",
    E,
    Words("unknown flow", "没有这个流程"),
    Words("no flow named `{name}` in this project", "本项目没有名为 `{name}` 的流程"),
    Words("a flow named `{closest}` exists", "有一个名为 `{closest}` 的流程，是不是它？"),
)
NOT_AN_ENTRY = Code(
    "F0210",
    E,
    Words("not an entry of that flow", "不是那个流程的入口"),
    Words(
        "flow `{flow}` does not list `{node}` under `entries:`",
        "流程 `{flow}` 的 `entries:` 里没有 `{node}`",
    ),
    Words(
        "add `{node}` to `entries: [...]` of flow `{flow}`",
        "请在流程 `{flow}` 的 `entries: [...]` 里加上 `{node}`",
    ),
)
UNKNOWN_THING = Code(
    "F0211",
    E,
    Words("unknown name", "没有这个名字"),
    Words("no {what} named `{name}`", "没有名为 `{name}` 的{what_zh}"),
    Words("`{closest}` exists", "有一个 `{closest}`，是不是它？"),
)
MISSING_TEXT = Code(
    "F0212",
    E,
    Words("a prompt is missing in a language", "有一种语言缺少提示音文字"),
    Words("`{id}` has no text in `{language}`", "`{id}` 没有 `{language}` 的文字"),
    Words(
        "write `{{{first}: ..., {language}: ...}}` here, or fill column `{language}` of row `{id}` in prompts.csv",
        "请写成 `{{{first}: ..., {language}: ...}}`，或在 prompts.csv 的 `{id}` 行填写 `{language}` 一列",
    ),
)
UNKNOWN_PROMPT = Code(
    "F0213",
    E,
    Words("unknown prompt", "没有这条提示音"),
    Words("prompts.csv has no row `{id}`", "prompts.csv 里没有 `{id}` 这一行"),
    Words("`{closest}` exists", "有一条 `{closest}`，是不是它？"),
)
KEY_SHADOWS = Code(
    "F0215",
    W,
    Words("a choice hides a global key", "选项盖住了全局按键"),
    Words(
        "in `{node}` key `{key}` no longer means {meaning}",
        "在 `{node}` 里按键 `{key}` 不再是 {meaning}",
    ),
    Words(
        "choose another key, or say nothing of {meaning} in this menu",
        "请换一个按键，或在这个菜单里不要提 {meaning}",
    ),
)
KEY_PREFIX = Code(
    "F0216",
    W,
    Words("a key waits for a longer one", "短按键要等长按键"),
    Words(
        "`{key}` begins `{longer}` too, so the caller waits 3 s after it",
        "`{key}` 也是 `{longer}` 的开头，按下后要等 3 秒",
    ),
    Words("use keys of which none begins another", "请用互不为开头的按键"),
)
SPOKEN_NOT_BOUND = Code(
    "F0217",
    E,
    Words("a spoken key is not bound", "说到的按键没有用"),
    Words(
        "the text says key `{key}`, but `{node}` does nothing on it",
        "文字里说按 `{key}`，但 `{node}` 对它没有动作",
    ),
    Words(
        "bind `{key}` under `choices:`, or take it out of the text",
        "请在 `choices:` 里加上 `{key}`，或从文字里去掉",
    ),
)
BOUND_NOT_SPOKEN = Code(
    "F0218",
    W,
    Words("a bound key is never spoken", "有的按键没有说到"),
    Words(
        "`{node}` has a choice `{key}` that its prompt does not mention ({languages})",
        "`{node}` 有选项 `{key}`，提示音里没有说（{languages}）",
    ),
    Words(
        "say it in the prompt, or leave `prompt:` out: the sentences are then made from the choices",
        "请在提示音里说出来；或去掉 `prompt:`，由选项自动生成",
    ),
)
FORBIDDEN_DESTINATION = Code(
    "F0219",
    E,
    Words("a destination that may not be dialled", "不允许拨打的号码"),
    Words("`{number}` is on no list of `destinations:`", "`{number}` 不在 `destinations:` 里"),
    Words(
        "add it, or a pattern such as `0750*`, to `destinations:` of flowc.yaml",
        "请把它或 `0750*` 这样的号段加进 flowc.yaml 的 `destinations:`",
    ),
)
VARIABLE_TYPES = Code(
    "F0220",
    E,
    Words("a variable has two types", "一个变量有两种类型"),
    Words(
        "`{name}` becomes {second} here, but {first} elsewhere",
        "`{name}` 在这里是 {second}，在别处是 {first}",
    ),
    Words("use another name for one of the two", "请给其中一个换个名字"),
)
UNKNOWN_RESULT = Code(
    "F0221",
    E,
    Words("not a result of this flow", "不是这个流程的结果"),
    Words(
        "flow `{flow}` does not declare the result `{name}`", "流程 `{flow}` 没有声明结果 `{name}`"
    ),
    Words("`{closest}` is one", "它有 `{closest}`，是不是它？"),
)
RECURSIVE_CALL = Code(
    "F0222",
    E,
    Words("a flow calls itself", "流程调用了自己"),
    Words("the calls go round: {ring}", "调用绕成了圈：{ring}"),
    Words(
        "use a jump (`then: {flow}`) where the caller shall not come back",
        "如果不需要回来，请用跳转（`then: {flow}`）",
    ),
)
HANGUP_KIND = Code(
    "F0223",
    E,
    Words("can't be done after the call", "通话结束后不能做"),
    Words("`{kind}` can't stand in `on_hangup:`", "`on_hangup:` 里不能用 `{kind}`"),
    Words("use set, branch, mark or ticket", "可以用 set、branch、mark、ticket"),
)
LONG_MENU = Code(
    "F0224",
    A,
    Words("a long menu", "菜单太长"),
    Words("`{node}` offers {count} choices", "`{node}` 有 {count} 个选项"),
    Words(
        "callers remember about four: move the rarer ones to a second menu (ISO/IEC 13714)",
        "来电者大约只记得住四个：把少用的移到下一级菜单（ISO/IEC 13714）",
    ),
)
MISSING_ARGUMENT = Code(
    "F0225",
    E,
    Words("an argument is missing", "缺少参数"),
    Words("`{operation}` needs `{name}` ({type})", "`{operation}` 需要 `{name}`（{type}）"),
    Words("add `{name}:` under `with:`", "请在 `with:` 下加 `{name}:`"),
)
NO_READ_OUT = Code(
    "F0226",
    E,
    Words("this value can't be read out", "这个值无法朗读"),
    Words("`{name}` is {type}, and {reason}", "`{name}` 是 {type}，{reason_zh}"),
)
DUPLICATE_FLOW = Code(
    "F0227",
    E,
    Words("a name is used twice", "名字重复"),
    Words("`{name}` is defined already in {where}", "`{name}` 在 {where} 里已经有了"),
    Words("give one of the two another name", "请给其中一个换个名字"),
)
NOT_YET = Code(
    "F0228",
    E,
    Words("not supported", "暂不支持"),
    Words("{what}", "{what_zh}"),
    Words("{advice}", "{advice_zh}"),
)
BRACE = Code(
    "F0229",
    E,
    Words("a brace without its partner", "花括号没有配对"),
    Words("text `{id}` has a `{{` or `}}` alone", "文字 `{id}` 里有单独的 `{{` 或 `}}`"),
    Words(
        "a value stands between two braces, as in `{{customer.balance}}`; leave other braces out",
        "变量写在一对花括号里，如 `{{customer.balance}}`；其他花括号请去掉",
    ),
)
MEANING_TWICE = Code(
    "F0230",
    E,
    Words("two keys mean the same", "两个按键是同一个意思"),
    Words("`{meaning}` has the key `{first}` already", "`{meaning}` 已经有按键 `{first}`"),
    Words("keep one key for `{meaning}`", "`{meaning}` 请只留一个按键"),
)
NAMES_TOO_LONG = Code(
    "F0231",
    E,
    Words("names too long together", "名字合起来太长"),
    Words(
        "`{flow}.{node}` has {length} characters; a flow and a node have at most {most} together",
        "`{flow}.{node}` 有 {length} 个字符；流程名和节点名合起来最多 {most} 个",
    ),
    Words("shorten the name of the flow or of the node", "请缩短流程名或节点名"),
)
HANGUP_WAY = Code(
    "F0232",
    E,
    Words("nothing follows after the call", "通话结束后没有下一步"),
    Words("a way out of `on_hangup:` leads to `{name}`", "`on_hangup:` 里的步骤通向 `{name}`"),
    Words(
        "leave the way out: the next step follows; a branch leads to `hangup_2` (the second step) or `hangup_end`",
        "请去掉去处：步骤会依次执行；branch 可以通向 `hangup_2`（第二步）或 `hangup_end`",
    ),
)
HELD_WHOLE = Code(
    "F0234",
    E,
    Words("only single values can be kept so", "这里只能存放单个值"),
    Words("`{name}` would be {type}", "`{name}` 会是 {type}"),
    Words("name one field of it, such as `{fix}`", "请写其中一个字段，例如 `{fix}`"),
)
CUT_CONFIRMATION = Code(
    "F0235",
    A,
    Words("a confirmation that can be cut short", "确认的话可能没听完"),
    Words(
        "`{node}` leads to the request `{request}`, and a key cuts what is read back",
        "`{node}` 通向请求 `{request}`，而复述的内容会被按键打断",
    ),
    Words(
        "write the first sentence as `{{text: ..., bargein: none}}`, so that nobody agrees to what was not heard",
        "请把第一句写成 `{{text: ..., bargein: none}}`，免得没听完就确认",
    ),
)
OUT_OF_ORDER = Code(
    "F0240",
    A,
    Words("choices out of order", "选项没有按顺序"),
    Words(
        "`{node}` offers `{later}` before `{earlier}`", "`{node}` 先念 `{later}`，后念 `{earlier}`"
    ),
    Words(
        "callers wait for the next number: put the choices in the order of their keys (ISO/IEC 13714)",
        "来电者会等下一个数字：请按按键从小到大排列选项（ISO/IEC 13714）",
    ),
)
LONG_PROMPT = Code(
    "F0241",
    A,
    Words("a menu that takes long to say", "菜单念得太久"),
    Words("`{node}` takes about {seconds} s to say", "`{node}` 念完约需 {seconds} 秒"),
    Words(
        "callers have forgotten the first choice by then: shorten the texts, or move choices to a second menu (ISO/IEC 13714)",
        "念到最后，来电者已经忘了第一项：请缩短文字，或把选项移到下一级菜单（ISO/IEC 13714）",
    ),
)
CHANGED_ANSWER = Code(
    "F0242",
    E,
    Words("an answer is changed by hand", "查询结果被改写"),
    Words(
        "`{name}` comes with a service's answer, which also decides how it is read out and compared; here it gets another value",
        "`{name}` 来自服务的返回，怎么朗读、怎么比较也由返回决定；这里却改成了别的值",
    ),
    Words(
        "keep the other value under a name of its own, or branch to another sentence",
        "请把新值放在另一个变量里，或分支到另一句话",
    ),
)

WIDE_BRACES = Code(
    "F0243",
    E,
    Words("a value between full-width braces", "变量用了全角花括号"),
    Words("callers would hear `{written}` as it stands", "来电者听到的会是 `{written}` 这几个字"),
    Words("write `{{{name}}}` with half-width braces", "请写成 `{{{name}}}`（半角花括号）"),
)

PLAIN_PARAMETER = Code(
    "F0244",
    W,
    Words("a parameter without braces", "参数没有写花括号"),
    Words("the service is sent the word `{name}` itself", "发给服务的会是 `{name}` 这个词本身"),
    Words('write `"{{{name}}}"` for its value', '要发它的值，请写成 `"{{{name}}}"`'),
)
ASKED_OTHERWISE = Code(
    "F0245",
    E,
    Words("a look-up and a request are two things", "查询和办理不能混用"),
    Words(
        "`{name}` is a {right} of its service, not a {written}",
        "`{name}` 在服务里是 {right}，不是 {written}",
    ),
    Words("write `{right}: {name}`", "请写成 `{right}: {name}`"),
)

RESERVED_NAME = Code(
    "F0246",
    E,
    Words("a name that flowc keeps for itself", "flowc 自己用的名字"),
    Words("`{name}` is a word of flowc's own here", "`{name}` 在这里是 flowc 自己的词"),
    Words("choose another name", "请换一个名字"),
)
VALUE_NOT_SAID = Code(
    "F0247",
    W,
    Words("a value is said in one language only", "有的值只在一种语言里说"),
    Words(
        "`{id}` says {values} in `{there}`, and in `{language}` it does not",
        "`{id}` 的 `{there}` 说了 {values}，`{language}` 没有说",
    ),
    Words("say it in both, or make two texts of it", "两种语言都说出来，或者写成两段文字"),
)
UNKNOWN_PARAMETER = Code(
    "F0248",
    E,
    Words("a query reads a parameter that there is not", "查询语句用了没有的参数"),
    Words(
        "the query reads `:{name}`, which is not under `with:`",
        "查询语句用了 `:{name}`，`with:` 里没有它",
    ),
    Words("`:{closest}` is there", "`with:` 里有 `:{closest}`，是不是它？"),
)
PARAMETER_IN_BRACES = Code(
    "F0249",
    E,
    Words("a query with a parameter in braces", "查询语句的参数写了花括号"),
    Words(
        "the data base is sent `{{{name}}}` as it stands, not a value",
        "发给数据库的会是 `{{{name}}}` 这几个字，不是它的值",
    ),
    Words(
        "write `:{name}`, without quotes round it (braces are for `kind: http` and `key:`)",
        "请写成 `:{name}`，外面不要加引号（花括号只用于 `kind: http` 和 `key:`）",
    ),
)
LOOKUP_CHANGES = Code(
    "F0250",
    E,
    Words("a look-up that does more than look", "查询不只是查询"),
    Words(
        "a look-up asks with SELECT, WITH or VALUES; `{word}` is refused by the data base",
        "查询语句以 SELECT、WITH 或 VALUES 开头；`{word}` 会被数据库拒绝",
    ),
    Words(
        "what changes something stands under `requests:` and has a `key:`",
        "有改动的语句请写在 `requests:` 下，并写 `key:`",
    ),
)
OVERRIDDEN_ROW = Code(
    "F0251",
    W,
    Words("a text of prompts.csv that is not said", "prompts.csv 里的文字没有用上"),
    Words(
        "`{language}` of row `{id}` is not said: {where} has other words, and they win",
        "`{id}` 行的 `{language}` 不会播报：{where} 另有文字，以那里为准",
    ),
    Words(
        "change the words in the flow, or take `{language}` out of one of the two",
        "请改流程里的文字，或去掉其中一处的 `{language}`",
    ),
)
LONG_NUMBER = Code(
    "F0252",
    E,
    Words("digits that may be too long for a number", "位数可能过多，不能当作数值"),
    Words(
        "`{name}` may have {length} digits, a number has at most {most}",
        "`{name}` 可能有 {length} 位，数值最多 {most} 位",
    ),
    Words(
        "let `length:` be at most {most} where it is asked for, or use the digits as they are: `==`, `starts_with`, `len`",
        "请把输入它的 `length:` 限制在 {most} 位以内，或按号码使用：`==`、`starts_with`、`len`",
    ),
)
NODE_INDENTED = Code(
    "F0253",
    E,
    Words("a node stands on another level than the rest", "节点与其他节点缩进不同"),
    Words(
        "`{node}` looks like a node, but by its indentation it is a part of {above}",
        "`{node}` 像是一个节点，但按缩进它成了{above_zh}的一部分",
    ),
    Words(
        "give the line `{node}:` as many spaces as `{like}:` has, and the lines of the node two more",
        "请让 `{node}:` 这一行与 `{like}:` 缩进相同，节点里的各行再多缩进两个空格",
    ),
)
EXIT_UNSAID = Code(
    "F0254",
    W,
    Words("a key that leaves a queue is never spoken", "没有告诉来电者可以用哪个键离开排队"),
    Words(
        "`{key}` leaves the queue `{node}`, but what is said before it does not tell ({languages})",
        "按 `{key}` 可离开排队 `{node}`，但在此之前的话里没有说（{languages}）",
    ),
    Words(
        "say it in the text before the queue, e.g. `press {key} while you wait`",
        "请在排队前说的话里告诉来电者，例如：等候时可按{key}",
    ),
)
SAID_UNHEARD = Code(
    "F0255",
    W,
    Words("a spoken key that nothing hears", "说到的按键没有地方接收"),
    Words(
        "the text says key `{key}`, but nothing that comes after `{node}` hears it",
        "文字里说按 `{key}`，但 `{node}` 之后没有任何地方接收它",
    ),
    Words(
        "bind it (`choices:` of a menu, `exit_keys:` of a queue), or take it out of the text",
        "请绑定它（菜单的 `choices:`、排队的 `exit_keys:`），或从文字里去掉",
    ),
)
FIELD_LEVEL = Code(
    "F0256",
    E,
    Words("lines of a field stand on its level", "字段下属的行与字段缩进相同"),
    Words(
        "nothing stands under `{field}`, and `{line}`, which follows, is no field of a node",
        "`{field}` 下面没有内容，而后面同一层的 `{line}` 不是节点的字段",
    ),
    Words(
        "indent the lines that belong to `{field}` two spaces more than `{field}:`",
        "请让属于 `{field}` 的各行比 `{field}:` 多缩进两个空格",
    ),
)

CODES: tuple[Code, ...] = tuple(
    value for value in list(globals().values()) if isinstance(value, Code)
)
