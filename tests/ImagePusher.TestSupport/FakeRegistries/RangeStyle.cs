namespace ImagePusher.TestSupport.FakeRegistries;

/// <summary>How a registry writes the Range of an upload.</summary>
public enum RangeStyle
{
    /// <summary><c>0-last</c>, as the specification has it; <c>0-0</c> while there is nothing.</summary>
    Plain,

    /// <summary><c>bytes=0-last</c>; <c>bytes=0--1</c> while there is nothing.</summary>
    WithUnit,

    /// <summary><c>bytes=0-count</c>: one byte more than there is.</summary>
    OneTooMany,

    /// <summary>The end of the first chunk, whatever came after it.</summary>
    Stale,

    /// <summary>No Range at all.</summary>
    Absent,
}
