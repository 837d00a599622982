namespace ImagePusher.Core.Tests.Fuzzing;

/// <summary>The structure that a mutation respects.</summary>
internal enum FuzzKind
{
    /// <summary>Delimiters and words.</summary>
    Text,

    /// <summary>Lines, their indentation, and the tokens of YAML and Dockerfiles.</summary>
    Lines,

    /// <summary>Values, names and nesting of JSON.</summary>
    Json,

    /// <summary>Header fields, entries and the JSON files of a tar.</summary>
    Tar,
}
