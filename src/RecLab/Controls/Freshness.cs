namespace RecLab.Controls;

/// <summary>When the page in front of one person last read its data; the top bar shows it. One per circuit.</summary>
public sealed class Freshness
{
    /// <summary>The last successful read, or null before the first.</summary>
    public DateTimeOffset? ReadAt { get; private set; }

    /// <summary>Raised on the thread that read.</summary>
    public event Action? Moved;

    public void Read(DateTimeOffset at)
    {
        ReadAt = at;
        Moved?.Invoke();
    }

    /// <summary>A new page has read nothing yet.</summary>
    public void Forget()
    {
        ReadAt = null;
        Moved?.Invoke();
    }
}
