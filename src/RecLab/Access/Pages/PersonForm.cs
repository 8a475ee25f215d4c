namespace RecLab.Access.Pages;

/// <summary>What somebody fills in to open an account.</summary>
public sealed class PersonForm
{
    public string? Name { get; set; }
    public string? Email { get; set; }
    public string? Password { get; set; }
}
