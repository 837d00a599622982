namespace ImagePusher.Tests.Help;

/// <summary>The attributes of a parameter on a page or of the built cmdlet: both are equal if the page is correct.</summary>
internal sealed record HelpParameter
{
    public required string Name { get; init; }

    /// <summary>The full name of the type.</summary>
    public required string Type { get; init; }

    /// <summary>With commas between them.</summary>
    public required string Aliases { get; init; }

    public required bool SupportsWildcards { get; init; }

    /// <summary>One line for each parameter set: its name, the position, and how it takes pipeline input.</summary>
    public required string Sets { get; init; }

    public static string Set(string name, string position, bool isRequired, bool byValue, bool byName) =>
        $"{name}: {position}{(isRequired ? ", required" : "")}{(byValue ? ", by value" : "")}{(byName ? ", by property name" : "")}";
}
