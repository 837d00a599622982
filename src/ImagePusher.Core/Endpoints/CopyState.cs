using ImagePusher.Core.State;
using ImagePusher.Core.Transfer;

namespace ImagePusher.Core.Endpoints;

/// <summary>The user's state folder. Every copy uses it to avoid compressing, hashing or sending a layer again.</summary>
internal static class CopyState
{
    public static TransferState Open(CopyOptions options) => new(null, options.Logger, options.TimeProvider);
}
