namespace ImagePusher.TestSupport.FakeRegistries;

/// <summary>The behavior of a registry for an upload whose request was interrupted.</summary>
public enum AfterCut
{
    /// <summary>It keeps the received bytes and reports them: its status is correct.</summary>
    KeepsBytes,

    /// <summary>It keeps the finished chunks alone.</summary>
    KeepsFinishedChunks,

    /// <summary>The session no longer exists: 404, as in distribution.</summary>
    ForgetsSession,

    /// <summary>It answers 500 to whatever is sent next to that session.</summary>
    FailsAfterwards,
}
