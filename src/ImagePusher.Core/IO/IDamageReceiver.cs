namespace ImagePusher.Core.IO;

/// <summary>A stream whose source is notified if its bytes do not match their digest.</summary>
internal interface IDamageReceiver
{
    /// <summary>Called at the end of the stream, before the error is thrown.</summary>
    void ReportDamage();
}
