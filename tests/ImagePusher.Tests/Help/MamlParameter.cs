namespace ImagePusher.Tests.Help;

/// <summary>A parameter as Get-Help shows it.</summary>
internal sealed record MamlParameter
{
    public required string Name { get; init; }

    public required string Description { get; init; }

    public required string Type { get; init; }

    public required string DefaultValue { get; init; }

    public required string Aliases { get; init; }

    public required bool IsRequired { get; init; }

    public required bool SupportsWildcards { get; init; }

    public required string PipelineInput { get; init; }

    public required string Position { get; init; }
}
