"""What each field of a project's files is for, in both languages; nodes carry theirs on their kinds.

Words only. A test holds that every field of every form has its words.
"""

from __future__ import annotations

from collections.abc import Mapping

from flowc.diagnostics.model import Words

_PROJECT = {
    "project": Words("The project's name.", "项目名。"),
    "timezone": Words("The zone of its clock.", "时区。"),
    "languages": Words(
        "The languages it speaks; the first is the default.", "使用的语言，第一种是默认语言。"
    ),
    "voices": Words(
        "The voice of each language, as `engine:voice`.", "每种语言的嗓音，写成 `引擎:嗓音`。"
    ),
    "numbers": Words(
        "The numbers that may be dialled and the flows that answer.", "对外号码和接听的流程。"
    ),
    "keys": Words(
        "Keys that mean the same everywhere: person, back, repeat, skip, main_menu.",
        "全局按键：person 人工、back 返回、repeat 重听、skip 跳过、main_menu 主菜单。",
    ),
    "person": Words(
        "Where the person is, and how near from every input.",
        "人工在哪里，以及从每个输入多久能找到。",
    ),
    "defaults": Words(
        "Ways out that nodes inherit, by the name of the outcome.",
        "各节点可继承的去处，按结果名写。",
    ),
    "limits": Words(
        "The longest call, and where one goes that is longer.", "通话的最大长度，以及超过后去哪里。"
    ),
    "destinations": Words(
        "What may be dialled at all: numbers, beginnings with `*`, lists.",
        "允许外拨的号码、号段（加 `*`）或号码表。",
    ),
    "flags": Words(
        "Switches that a supervisor turns on and off during operation.", "值班长可随时开关的标志。"
    ),
    "vars": Words(
        "Variables that live as long as the call, with their types.",
        "整个通话期间有效的变量和类型。",
    ),
    "tickets": Words("Classes of work orders and their time limits.", "工单类别和时限。"),
    "recording": Words("Not supported yet; refused.", "暂不支持，写了会报错。"),
    "fallback": Words(
        "What is said where a text can't be read out, as `@id`.",
        "文字无法朗读时说的提示音，写成 `@编号`。",
    ),
    "environments": Words(
        "Where the project is deployed, and what differs there.", "部署的环境和各自的设置。"
    ),
    "on_hangup": Words(
        "Steps done once at the end of every call: set, branch, mark, ticket.",
        "通话结束时执行一次的步骤：set、branch、mark、ticket。",
    ),
}
_FLOW = {
    "flow": Words("The flow's name.", "流程名。"),
    "title": Words("What people call it.", "给人看的名称。"),
    "note": Words("A remark.", "备注。"),
    "nodes": Words("The nodes; the first is the start.", "节点，第一个是起点。"),
    "keys": Words(
        "Global keys of this flow; they win over the project's.", "本流程的全局按键，优先于项目的。"
    ),
    "person": Words("Where the person is for this flow.", "本流程的人工在哪里。"),
    "entries": Words("Nodes that other flows may jump to.", "其他流程可以跳进来的节点。"),
    "parameters": Words("What a `call` gives, with types.", "`call` 传入的参数和类型。"),
    "results": Words("What a `call` of it may end with.", "`call` 结束时可能的结果。"),
    "vars": Words(
        "Types of variables, where what fills them is not enough.",
        "变量的类型，只在推断不出时才写。",
    ),
    "defaults": Words(
        "Ways out that its nodes inherit; they win over the project's.",
        "本流程节点可继承的去处，优先于项目的。",
    ),
    "on_hangup": Words(
        "Steps done once where the call ends in this flow; they win over the project's.",
        "通话在本流程结束时的步骤，优先于项目的。",
    ),
}
_SERVICE = {
    "service": Words("The service's name.", "服务名。"),
    "kind": Words(
        "How it is asked: sql, http or a fixture's table.",
        "方式：sql 数据库、http 接口、fixture 表格。",
    ),
    "url": Words(
        "Where it is; `${env:NAME:default}` comes from the environment.",
        "地址；`${env:名字:默认值}` 取自环境变量。",
    ),
    "file": Words(
        "The table of a fixture, YAML or JSON: rows by operation, of which the first that fits answers.",
        "fixture 的表格文件（YAML 或 JSON）：按操作逐行列出，第一个符合的行就是答复。",
    ),
    "headers": Words("Headers of every question.", "每次请求都带的头。"),
    "allow_private": Words("Whether the host may be in a private network.", "是否允许内网地址。"),
    "ca": Words(
        "Of https: a file of certificates to believe instead of the machine's own list.",
        "https：信任这个证书文件，而不是本机的证书列表。",
    ),
    "cert": Words(
        "Of https: our own certificate, where the service asks for one.",
        "https：服务要求时出示的客户端证书。",
    ),
    "key": Words(
        "The key of `cert`, where it is in a file of its own.",
        "`cert` 的私钥（如果在另一个文件里）。",
    ),
    "types": Words("Records that answers are made of.", "答复里的记录类型。"),
    "lookups": Words("Operations that change nothing.", "只查询、不改动的操作。"),
    "requests": Words("Operations with an effect.", "有动作的操作。"),
}
_OPERATION = {
    "with": Words("Parameters and their types.", "参数和类型。"),
    "optional": Words("Parameters that a flow may leave out.", "可以不给的参数。"),
    "gives": Words("The type of the answer.", "答复的类型。"),
    "or": Words("Other results, each a way out of the node.", "其他结果，每个都是节点的一种去处。"),
    "deadline": Words("How long an answer may take.", "最多等多久。"),
    "retries": Words("How often a look-up is asked again: 0 or 1.", "查询失败重试几次：0 或 1。"),
    "cache": Words("How long an answer is kept for the next caller.", "答复缓存多久。"),
    "key": Words("What makes two requests the same one.", "怎样算同一次请求。"),
    "query": Words("The statement, with `:parameter`.", "SQL 语句，用 `:参数`。"),
    "lists": Words("The query of each field that is a list.", "每个列表字段的查询语句。"),
    "empty": Words("The result where no row is found.", "查不到时的结果。"),
    "get": Words("The path that is fetched.", "GET 的路径。"),
    "post": Words("The path that is posted to.", "POST 的路径。"),
    "put": Words("The path that is put to.", "PUT 的路径。"),
    "delete": Words("The path that is deleted.", "DELETE 的路径。"),
    "fields": Words("Fields of the query.", "查询串里的字段。"),
    "headers": Words("Headers of this question.", "这次请求的头。"),
    "body": Words("Fields of the body.", "请求体的字段。"),
    "form": Words("How the body is written: json or form.", "请求体的格式：json 或 form。"),
    "statuses": Words("Results by HTTP status.", "按 HTTP 状态码对应的结果。"),
    "at": Words(
        "Where in the answer the record stands, as `data.customer`.",
        "记录在答复里的位置，如 `data.customer`。",
    ),
}
_QUEUE = {
    "members": Words("The seats that answer.", "坐席。"),
    "strategy": Words("Which seat rings first.", "先振哪个坐席。"),
    "ring": Words("How long a seat rings.", "坐席振铃多久。"),
    "wrap_up": Words("Rest of a seat between calls.", "两次通话之间的休整时间。"),
    "most_callers": Words("Callers that may wait; 0 is no limit.", "最多多少人排队；0 不限。"),
    "music": Words("What waiting callers hear.", "等候时的音乐。"),
    "title": Words("What people call it.", "给人看的名称。"),
}
_CALENDAR = {
    "calendar": Words("The calendar's name.", "日历名。"),
    "week": Words(
        "Hours of each day of the week; a day left out is closed.", "每周的时间；没写的日子不办公。"
    ),
    "holidays": Words("Days off, or stretches of them.", "节假日，可写一段。"),
    "workdays": Words(
        "Make-up workdays, each like a day of the week.", "调休上班日，按星期几的时间。"
    ),
    "days": Words(
        "Days with hours of their own; they win over all else.", "单独规定的日子，优先于其他。"
    ),
    "emergency": Words("The flag that closes the office at once.", "打开后立即停止办公的标志。"),
}
_CALL = {
    "call": Words("What the call shows.", "这通电话说明什么。"),
    "to": Words("The number dialled.", "拨打的号码。"),
    "from": Words("The caller's number.", "来电号码。"),
    "at": Words("The clock of the call.", "通话的时间。"),
    "language": Words("The language it begins in.", "开始时的语言。"),
    "limit": Words(
        "How long the call may be at most, instead of the project's own limit.",
        "本次通话的最长时间，代替项目里的限制。",
    ),
    "sounds": Words(
        "`missing`: the server has none of the release's sounds.",
        "写 `missing` 表示服务器上没有这个版本的语音文件。",
    ),
    "services": Words("What services answer.", "各服务的答复。"),
    "lists": Words("What lists hold in this call.", "本次通话里名单的内容。"),
    "flags": Words("The flags that are on.", "打开的标志。"),
    "steps": Words("What the caller hears and does, in order.", "来电者依次听到什么、做什么。"),
    "expect": Words("What must hold at the end.", "结束时应当成立的事。"),
}
WORDS: Mapping[str, Mapping[str, Words]] = {
    "project": _PROJECT,
    "number": {
        "flow": Words("The flow that answers.", "接听的流程。"),
        "also": Words("Other spellings of the number.", "同一号码的其他写法。"),
    },
    "person": {
        "to": Words("The node where the person is.", "人工所在的节点。"),
        "within_keys": Words(
            "How many keys it takes at most from any input.", "从任何输入最多按几次键。"
        ),
        "within": Words("How long it takes at most.", "最多多长时间。"),
    },
    "limits": {
        "length": Words(
            "The longest call; it stands still in queues and talks.",
            "最长通话时间，排队和通话时不计。",
        ),
        "nodes": Words(
            "How many nodes that take time a call may pass.",
            "一次通话最多经过多少个要花时间的节点。",
        ),
        "silence": Words(
            "How long callers may hear nothing while services are asked.",
            "查询服务时，来电者最多多久听不到声音。",
        ),
        "to": Words("Where a call goes that is longer.", "超过后去哪里。"),
    },
    "ticket class": {
        "accept": Words("Time to accept an order.", "受理时限。"),
        "handle": Words("Time to deal with it.", "处理时限。"),
        "reply": Words("Time to call the customer back.", "回复时限。"),
        "title": Words("What people call it.", "给人看的名称。"),
    },
    "flow": _FLOW,
    "service": _SERVICE,
    "operation": _OPERATION,
    "queue": _QUEUE,
    "calendar": _CALENDAR,
    "call": _CALL,
}
