using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Rendering;

namespace RecLab.Controls.Charts;

/// <summary>An SVG <c>text</c> element; written in C# because Razor takes the tag for its own directive.</summary>
public sealed class SvgText : ComponentBase
{
    [Parameter] public string X { get; set; } = "0";
    [Parameter] public string Y { get; set; } = "0";

    /// <summary>start, middle or end.</summary>
    [Parameter] public string Anchor { get; set; } = "start";
    [Parameter] public string? Class { get; set; }
    [Parameter] public string? Dy { get; set; }
    [Parameter, EditorRequired] public string? Value { get; set; }

    protected override void BuildRenderTree(RenderTreeBuilder builder)
    {
        builder.OpenElement(0, "text");
        builder.AddAttribute(1, "x", X);
        builder.AddAttribute(2, "y", Y);
        builder.AddAttribute(3, "text-anchor", Anchor);
        if (Dy is not null) builder.AddAttribute(4, "dy", Dy);
        if (Class is not null) builder.AddAttribute(5, "class", Class);
        builder.AddContent(6, Value);
        builder.CloseElement();
    }
}
