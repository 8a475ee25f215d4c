using System.Globalization;
using System.Net;
using System.Text;
using RecLab.Recommenders.Data;
using RecLab.Statistics;

namespace RecLab.Simulation.Catalogues;

/// <summary>Draws a cover for an item that has no picture: an SVG of 200 x 300 units whose colours and motif depend on its category and id only.</summary>
public static class CoverArt
{
    private static readonly (string Paper, string Ink, string Spot)[] Palettes =
    [
        ("#223A4E", "#F3EDE0", "#E2704A"), ("#E8C7A0", "#2B2A28", "#A8402C"), ("#7C2D3B", "#F6E7D3", "#E0A24A"), ("#F1E6CF", "#2A3B5F", "#D0633C"),
        ("#D8A48F", "#3B2433", "#F5E9DA"), ("#2F4A3B", "#EFE8D4", "#D9B23E"), ("#C9D6D3", "#1E2F33", "#C94F3D"), ("#343F66", "#E7EAF2", "#E9B44C"),
    ];

    /// <summary>The drawing as SVG text; titles are escaped, nothing in it is active.</summary>
    public static string Svg(ItemInfo item)
    {
        var hash = Hash(item.Id);
        var category = item.Categories.Count > 0 ? Hash(item.Categories[0]) : hash;
        var (paper, ink, spot) = Palettes[(int)((category + (hash >> 40)) % (ulong)Palettes.Length)];
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 200 300\" width=\"200\" height=\"300\"><rect width=\"200\" height=\"300\" fill=\"{paper}\"/><rect width=\"6\" height=\"300\" fill=\"{ink}\" opacity=\".12\"/>");
        Motif(svg, (int)(category % 6), hash, ink, spot);
        var y = 36;
        foreach (var line in Lines(item.Title))
        {
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"18\" y=\"{y}\" font-family=\"Georgia, 'DejaVu Serif', serif\" font-size=\"20\" font-weight=\"700\" fill=\"{ink}\">{WebUtility.HtmlEncode(line)}</text>");
            y += 24;
        }
        return svg.Append("</svg>").ToString();
    }

    private static void Motif(StringBuilder svg, int motif, ulong hash, string ink, string spot)
    {
        double R(int n) => Dice.Of((long)hash).Uniform(n);
        void Add(FormattableString shape) => svg.Append(shape.ToString(CultureInfo.InvariantCulture));
        switch (motif)
        {
            case 0:
                Add($"<circle cx=\"{80 + 40 * R(1):0}\" cy=\"{160 + 20 * R(2):0}\" r=\"{38 + 16 * R(3):0}\" fill=\"{spot}\"/>");
                for (var i = 0; i < 3; i++) Add($"<path d=\"M0 {200 + 28 * i} q 50 {-24 + 30 * R(4 + i):0} 100 0 t 100 0\" stroke=\"{ink}\" stroke-width=\"10\" fill=\"none\" opacity=\".85\"/>");
                break;
            case 1:
                Add($"<path d=\"M30 270 L{90 + 20 * R(1):0} {120 + 20 * R(2):0} L170 270 Z\" fill=\"{ink}\"/><circle cx=\"{140 + 20 * R(3):0}\" cy=\"135\" r=\"16\" fill=\"{spot}\"/>");
                break;
            case 2:
                for (var i = 4; i > 0; i--) Add($"<circle cx=\"100\" cy=\"195\" r=\"{i * 18:0}\" fill=\"{(i % 2 == 0 ? ink : spot)}\"/>");
                Add($"<path d=\"M100 195 L{170 + 20 * R(1):0} {130 + 20 * R(2):0}\" stroke=\"{ink}\" stroke-width=\"4\"/>");
                break;
            case 3:
                for (var x = 0; x < 3; x++)
                    for (var y = 0; y < 4; y++)
                        Add($"<rect x=\"{42 + 42 * x}\" y=\"{122 + 38 * y}\" width=\"32\" height=\"28\" fill=\"{(R(x * 4 + y) < 0.12 ? spot : ink)}\"/>");
                break;
            case 4:
                Add($"<path d=\"M100 280 C 60 230 60 170 100 125 C 140 170 140 230 100 280 Z\" fill=\"{ink}\"/>");
                for (var i = 0; i < 5; i++) Add($"<path d=\"M100 {150 + 24 * i} l{16 + 8 * R(i):0} -12 M100 {150 + 24 * i} l-{16 + 8 * R(i + 9):0} -12\" stroke=\"{spot}\" stroke-width=\"3\"/>");
                break;
            default:
                Add($"<path d=\"M50 275 V190 a50 50 0 0 1 100 0 V275 Z\" fill=\"{ink}\"/><path d=\"M75 275 V{195 + 10 * R(1):0} a25 25 0 0 1 50 0 V275 Z\" fill=\"{spot}\"/>");
                break;
        }
    }

    /// <summary>The same in every process, unlike a string's hash code: FNV-1a, 64 bit, over UTF-16 code units.</summary>
    private static ulong Hash(string text)
    {
        var hash = 14695981039346656037UL;
        foreach (var c in text) hash = (hash ^ c) * 1099511628211UL;
        return hash;
    }

    private static IEnumerable<string> Lines(string title)
    {
        var line = "";
        var count = 0;
        foreach (var word in title.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Length > 0 && line.Length + 1 + word.Length > 15)
            {
                yield return line;
                if (++count == 3) yield break;
                line = "";
            }
            line = line.Length == 0 ? (word.Length > 17 ? word[..16] + "…" : word) : $"{line} {word}";
        }
        if (line.Length > 0) yield return line;
    }
}
