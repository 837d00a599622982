namespace ImagePusher.TestSupport.FakeRegistries;

/// <summary>What a registry does with an upload whose request was cut.</summary>
public enum AfterCut
{
    /// <summary>It keeps what arrived and says so when it is asked: its status is true.</summary>
    KeepsBytes,

    /// <summary>It keeps the finished chunks alone.</summary>
    KeepsFinishedChunks,

    /// <summary>It knows the session no longer: 404, as distribution does.</summary>
    ForgetsSession,

    /// <summary>It answers 500 to whatever is sent next to that session.</summary>
    FailsAfterwards,
}
