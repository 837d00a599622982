namespace ImagePusher.Core.Transfer;

/// <summary>What a copy would do with a blob.</summary>
public enum PlannedAction
{
    /// <summary>The target has it.</summary>
    Exists,

    /// <summary>Ask the target to take it from another of its repositories; if it does not, send it.</summary>
    Mount,

    /// <summary>Send it.</summary>
    Upload,

    /// <summary>Compress it and send the result, whose size nobody knows yet.</summary>
    Encode,

    /// <summary>Decompress it and write the result, whose size nobody knows yet: a tar of docker's form has plain layers.</summary>
    Decode,
}
