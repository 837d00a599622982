using System.Net;
using ImagePusher.Core.Abstractions;

namespace ImagePusher.Core.Registry.Uploads;

/// <summary>Chooses the form of one blob's upload, and the next one when the registry rejects it.</summary>
internal sealed class UploadFormChoice(BlobSource blob, RegistrySettings settings, UploadCapabilities capabilities)
{
    private static readonly int[] ChunkSizes = [20 << 20, 8 << 20, 4 << 20, 1 << 20, 512 << 10];

    private readonly HashSet<UploadForm> _rejected = [];
    private UploadForm? _form;
    private long _maximumBody = long.MaxValue;

    /// <summary>The least bytes of every chunk but the last (OCI-Chunk-Min-Length).</summary>
    public long MinimumChunk { get; set; }

    /// <summary>The bytes of a chunk.</summary>
    public long ChunkSize => Math.Max(MinimumChunk, Math.Min(Math.Min(settings.ChunkSize, capabilities.LossChunk), MaximumBody));

    /// <summary>True if the length is unknown, and knowing it may allow another form.</summary>
    public bool MaySpool => blob.Length is null && settings.UploadForm == UploadForm.Auto;

    private bool MayChunk => !capabilities.RejectsChunks && !_rejected.Contains(UploadForm.Chunked);

    private long MaximumBody => Math.Min(_maximumBody, capabilities.MaximumBody);

    /// <summary>The form to use now.</summary>
    /// <param name="offset">The bytes that the registry has already.</param>
    public UploadForm Choose(long offset)
    {
        var isKnown = blob is { Length: not null, Digest: not null } && offset == 0;
        if (settings.UploadForm != UploadForm.Auto)
        {
            return settings.UploadForm == UploadForm.Monolithic && !isKnown ? UploadForm.Stream : settings.UploadForm;
        }

        var isSmall = isKnown && blob.Length < settings.MonolithicBelow
            && capabilities is { Form: UploadForm.Stream, RejectsMonolithic: false };
        var form = _form ?? (isSmall ? UploadForm.Monolithic : capabilities.Form);
        var isTooLong = (blob.Length - offset ?? long.MaxValue) > Math.Min(MaximumBody, capabilities.LossChunk);
        return isTooLong && MayChunk ? UploadForm.Chunked
            : form == UploadForm.Monolithic && !isKnown ? UploadForm.Chunked
            : form;
    }

    /// <summary>True for an error that may mean the form alone, and not the blob or the caller.</summary>
    public static bool IsRejection(RegistryException error) =>
        error is RegistryProtocolException { ErrorCode: not ("DIGEST_INVALID" or "NAME_INVALID" or "NAME_UNKNOWN") }
        && (int?)error.StatusCode is 400 or 404 or 405 or 411 or 413 or 416 or 501;

    /// <summary>Selects another form or smaller chunks after a rejection; false if none is left.</summary>
    public bool StepDown(UploadForm rejected, HttpStatusCode? status)
    {
        // If chunks were rejected, a smaller size does not help, and the same request would be repeated endlessly.
        if (rejected == UploadForm.Chunked
            ? status is HttpStatusCode.RequestEntityTooLarge or HttpStatusCode.RequestedRangeNotSatisfiable
            : status is HttpStatusCode.RequestEntityTooLarge && MayChunk)
        {
            var body = rejected == UploadForm.Chunked ? ChunkSize : blob.Length ?? long.MaxValue;
            var next = Array.Find(ChunkSizes, size => size < body && size <= MaximumBody);
            if (next > 0 && next >= MinimumChunk && settings.UploadForm is UploadForm.Auto or UploadForm.Chunked)
            {
                _maximumBody = next;
                return true;
            }
        }

        if (settings.UploadForm != UploadForm.Auto)
        {
            return false;
        }

        _rejected.Add(rejected);
        UploadForm[] order = blob is { Length: not null, Digest: not null }
            ? [UploadForm.Stream, UploadForm.Monolithic, UploadForm.Chunked]
            : [UploadForm.Stream, UploadForm.Chunked];
        var left = order.Where(form => !_rejected.Contains(form)).ToList();
        if (left.Count == 0)
        {
            return false;
        }

        _form = left[0];
        return true;
    }

    /// <summary>Keeps for the host the form in which this blob arrived.</summary>
    public void Remember(UploadForm form)
    {
        if (settings.UploadForm == UploadForm.Auto)
        {
            // Chunks that a size limit required say nothing about smaller blobs, nor does a small blob's form about larger ones.
            var isForced = form is UploadForm.Chunked or UploadForm.Monolithic && !_rejected.Contains(UploadForm.Stream);
            capabilities.Remember(isForced ? capabilities.Form : form, _maximumBody, _rejected);
        }
    }
}
