namespace ImagePusher.Core.IO;

/// <summary>A stream whose source wants to know when its bytes turn out not to match their digest.</summary>
internal interface IDamageReceiver
{
    /// <summary>Called at the end of the stream, before the error is thrown.</summary>
    void ReportDamage();
}
