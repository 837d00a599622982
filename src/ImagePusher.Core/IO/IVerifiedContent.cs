namespace ImagePusher.Core.IO;

/// <summary>A stream of a file that may have been verified before: for a receiver that verifies too, it need not be hashed.</summary>
internal interface IVerifiedContent : IDamageReceiver
{
    /// <summary>True if this user's processes hashed this very version of the file.</summary>
    bool WasVerified { get; }

    /// <summary>Called when the whole stream was read and had its digest.</summary>
    void ReportVerified();

    /// <summary>Removes the record of the verification, because a receiver reported wrong bytes.</summary>
    void Forget();
}
