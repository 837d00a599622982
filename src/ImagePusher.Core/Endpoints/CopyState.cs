using ImagePusher.Core.State;
using ImagePusher.Core.Transfer;

namespace ImagePusher.Core.Endpoints;

/// <summary>The user's state folder, which every copy uses: no layer is compressed, hashed or sent again that need not be.</summary>
internal static class CopyState
{
    public static TransferState Open(CopyOptions options) => new(null, options.Logger, options.TimeProvider);
}
