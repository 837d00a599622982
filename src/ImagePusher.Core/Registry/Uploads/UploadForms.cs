using System.Net;
using ImagePusher.Core.Abstractions;
using ImagePusher.Core.IO;

namespace ImagePusher.Core.Registry.Uploads;

/// <summary>Chooses the form of one blob's upload, and the next one when a registry refuses it.</summary>
internal sealed class UploadForms(BlobSource blob, RegistrySettings options, UploadMemory memory)
{
    private static readonly int[] Sizes = [20 << 20, 8 << 20, 4 << 20, 1 << 20, 512 << 10];

    private readonly HashSet<UploadForm> _refused = [];
    private UploadForm? _form;
    private long _maximumBody = long.MaxValue;

    /// <summary>The least bytes of a chunk but the last, as the registry said (OCI-Chunk-Min-Length).</summary>
    public int MinimumChunk { get; set; }

    /// <summary>The bytes of a chunk.</summary>
    public int ChunkSize => (int)Math.Max(MinimumChunk, Math.Min(Math.Min(options.ChunkSize, memory.LossChunk), MaximumBody));

    /// <summary>True if the length is unknown, and knowing it may open another way.</summary>
    public bool MaySpool => blob.Length is null && options.UploadForm == UploadForm.Auto;

    private long MaximumBody => Math.Min(_maximumBody, memory.MaximumBody);

    /// <summary>The form to use now.</summary>
    /// <param name="offset">The bytes that the registry has already.</param>
    public UploadForm Choose(long offset)
    {
        var isKnown = blob is { Length: not null, Digest: not null } && offset == 0;
        if (options.UploadForm != UploadForm.Auto)
        {
            return options.UploadForm == UploadForm.Whole && !isKnown ? UploadForm.Stream : options.UploadForm;
        }

        var isSmall = isKnown && blob.Length < options.WholeBelow && memory is { Form: UploadForm.Stream, RefusesWhole: false };
        var form = _form ?? (isSmall ? UploadForm.Whole : memory.Form);
        var isTooLong = (blob.Length - offset ?? long.MaxValue) > Math.Min(MaximumBody, memory.LossChunk);
        return isTooLong && !memory.RefusesChunks && !_refused.Contains(UploadForm.Chunked) ? UploadForm.Chunked
            : form == UploadForm.Whole && !isKnown ? UploadForm.Chunked
            : form;
    }

    /// <summary>The refusal in an error, if it may mean the form alone, and not the blob or who sends it; else null.</summary>
    public static RegistryException? RefusalIn(Exception error) =>
        ((error as RangeRefusedException)?.Refusal ?? error) is RegistryProtocolException refusal
        && refusal.ErrorCode is not ("DIGEST_INVALID" or "NAME_INVALID" or "NAME_UNKNOWN")
        && (int?)refusal.StatusCode is 400 or 404 or 405 or 411 or 413 or 416 or 501
            ? refusal
            : null;

    /// <summary>Takes another form or smaller chunks after a refusal; false if there is none left.</summary>
    public bool StepDown(UploadForm refused, HttpStatusCode? status)
    {
        if (status is HttpStatusCode.RequestEntityTooLarge || (status is HttpStatusCode.RequestedRangeNotSatisfiable && refused == UploadForm.Chunked))
        {
            var body = refused == UploadForm.Chunked ? ChunkSize : blob.Length ?? long.MaxValue;
            var next = Array.Find(Sizes, size => size < body && size <= MaximumBody);
            if (next > 0 && next >= MinimumChunk && options.UploadForm is UploadForm.Auto or UploadForm.Chunked)
            {
                _maximumBody = next;
                return true;
            }
        }

        if (options.UploadForm != UploadForm.Auto)
        {
            return false;
        }

        _refused.Add(refused);
        var canBeWhole = blob is { Length: not null, Digest: not null };
        UploadForm[] order = canBeWhole ? [UploadForm.Stream, UploadForm.Whole, UploadForm.Chunked] : [UploadForm.Stream, UploadForm.Chunked];
        var rest = order.Where(form => !_refused.Contains(form)).ToList();
        if (rest.Count == 0)
        {
            return false;
        }

        _form = rest[0];
        return true;
    }

    /// <summary>Keeps for the host what this blob arrived by.</summary>
    public void Remember(UploadForm form)
    {
        if (options.UploadForm == UploadForm.Auto)
        {
            // Chunks that only a size limit asked for say nothing about smaller blobs, nor a small blob's form about larger ones.
            var isForced = form is UploadForm.Chunked or UploadForm.Whole && !_refused.Contains(UploadForm.Stream);
            memory.Remember(isForced ? memory.Form : form, _maximumBody, _refused);
        }
    }
}
