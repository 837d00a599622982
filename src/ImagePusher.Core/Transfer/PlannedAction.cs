namespace ImagePusher.Core.Transfer;

/// <summary>The planned actions for a blob.</summary>
public enum PlannedAction
{
    /// <summary>Nothing: the target has it.</summary>
    Exists,

    /// <summary>Ask the target to mount it from another of its repositories; if that fails, send it.</summary>
    Mount,

    /// <summary>Send it.</summary>
    Upload,

    /// <summary>Compress it and send the result, whose size is not known in advance.</summary>
    Encode,

    /// <summary>Decompress it and write the result, whose size is not known in advance: a docker archive has uncompressed layers.</summary>
    Decode,
}
