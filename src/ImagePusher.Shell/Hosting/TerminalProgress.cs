using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Text;

namespace ImagePusher.Shell.Hosting;

/// <summary>
/// Draws the running activities as lines at the bottom of a terminal, children under their parents, and takes them away
/// when they are done. Not thread-safe: its owner locks.
/// </summary>
internal sealed class TerminalProgress(TextWriter writer, Func<Size> window, TimeProvider time)
{
    private const int MaximumLines = 8;
    private const int BarWidth = 24;
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(100);

    private readonly Dictionary<(long Source, int Activity), ProgressRecord> _activities = [];
    private int _drawn;
    private long _lastDraw;

    public void Report(long source, ProgressRecord record)
    {
        var key = (source, record.ActivityId);
        if (record.RecordType == ProgressRecordType.Completed)
        {
            if (_activities.Remove(key))
            {
                Draw();
            }

            return;
        }

        var isNew = !_activities.ContainsKey(key);
        _activities[key] = record;
        if (isNew || time.GetElapsedTime(_lastDraw) >= Pace)
        {
            Draw();
        }
    }

    /// <summary>Takes the lines from the screen; the next record brings them back.</summary>
    public void Hide()
    {
        if (_drawn == 0)
        {
            return;
        }

        writer.Write(Erasure());
        _drawn = 0;
        _lastDraw = 0;
    }

    public void Clear()
    {
        Hide();
        _activities.Clear();
    }

    private void Draw()
    {
        var size = window();
        var lines = Lines(size.Width - 1).Take(Math.Min(MaximumLines, Math.Max(1, size.Height - 1))).ToList();
        writer.Write(Erasure() + string.Join(Environment.NewLine, lines));
        _drawn = lines.Count;
        _lastDraw = time.GetTimestamp();
    }

    /// <summary>From the end of the last line to the start of the first, then clear to the end of the screen.</summary>
    private string Erasure() => _drawn switch
    {
        0 => "",
        1 => "\r\x1b[J",
        _ => $"\r\x1b[{_drawn - 1}A\x1b[J",
    };

    private IEnumerable<string> Lines(int width) =>
        _activities.Keys.Where(key => !HasParent(key)).SelectMany(key => Tree(key, 0, width));

    private IEnumerable<string> Tree((long Source, int Activity) key, int depth, int width)
    {
        yield return Line(_activities[key], depth, width);
        foreach (var child in _activities.Keys.Where(child => child.Source == key.Source && child != key
            && _activities[child].ParentActivityId == key.Activity))
        {
            // A cycle of parents would never end.
            foreach (var line in depth < MaximumLines ? Tree(child, depth + 1, width) : [])
            {
                yield return line;
            }
        }
    }

    private bool HasParent((long Source, int Activity) key) =>
        _activities[key].ParentActivityId is >= 0 and var parent && parent != key.Activity
        && _activities.ContainsKey((key.Source, parent));

    private static string Line(ProgressRecord record, int depth, int width)
    {
        var text = new StringBuilder(new string(' ', depth * 2)).Append(record.Activity);
        if (record.PercentComplete >= 0)
        {
            var done = Math.Min(record.PercentComplete, 100) * BarWidth / 100;
            text.Append(" [").Append('#', done).Append('-', BarWidth - done)
                .Append(CultureInfo.InvariantCulture, $"] {record.PercentComplete,3}%");
        }

        Append(text, record.StatusDescription);
        Append(text, record.CurrentOperation);
        if (record.SecondsRemaining >= 0)
        {
            Append(text, TimeSpan.FromSeconds(record.SecondsRemaining).ToString("c", CultureInfo.InvariantCulture) + " left");
        }

        return Fit(text.ToString(), width);
    }

    private static void Append(StringBuilder text, string? part)
    {
        if (!string.IsNullOrWhiteSpace(part))
        {
            text.Append(' ').Append(part.ReplaceLineEndings(" "));
        }
    }

    private static string Fit(string text, int width)
    {
        while (DisplayWidth.Of(text) > width && text.Length > 0)
        {
            text = text[..^1];
        }

        return text;
    }
}
