using System.Management.Automation;
using System.Management.Automation.Host;
using ImagePusher.Shell.Hosting;
using Microsoft.Extensions.Time.Testing;

namespace ImagePusher.Tests.Shell;

/// <summary>What the progress view sends to a terminal.</summary>
public sealed class TerminalProgressTests : IDisposable
{
    private readonly StringWriter _terminal = new() { NewLine = "\n" };
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UnixEpoch.AddDays(1));

    [Fact]
    public void One_activity_is_one_line_that_goes_away()
    {
        var view = View();
        view.Report(1, new ProgressRecord(1, "Pushing", "layer 1") { PercentComplete = 50 });
        view.Report(1, new ProgressRecord(1, "Pushing", "layer 1") { RecordType = ProgressRecordType.Completed });
        Assert.Equal("Pushing [############------------]  50% layer 1\r\x1b[J", _terminal.ToString());
    }

    [Fact]
    public void A_child_is_drawn_under_its_parent_and_removed_alone()
    {
        var view = View();
        view.Report(1, new ProgressRecord(1, "Pushing", "2 images"));
        view.Report(1, new ProgressRecord(2, "app:1.0", "layer") { ParentActivityId = 1 });
        view.Report(1, new ProgressRecord(2, "app:1.0", "layer") { RecordType = ProgressRecordType.Completed });
        Assert.Equal($"Pushing 2 images\r\x1b[JPushing 2 images{Environment.NewLine}  app:1.0 layer\r\x1b[1A\x1b[JPushing 2 images", _terminal.ToString());
    }

    [Fact]
    public void Updates_are_drawn_at_most_ten_times_a_second()
    {
        var view = View();
        for (var i = 0; i < 100; i++)
        {
            view.Report(1, new ProgressRecord(1, "Pushing", $"{i};"));
            _time.Advance(TimeSpan.FromMilliseconds(10));
        }

        Assert.Equal(10, _terminal.ToString().Count(character => character == ';'));
    }

    [Fact]
    public void Hidden_lines_come_back_with_the_next_record()
    {
        var view = View();
        view.Report(1, new ProgressRecord(1, "Pushing", "a"));
        view.Hide();
        view.Hide();
        view.Report(1, new ProgressRecord(1, "Pushing", "b"));
        Assert.Equal("Pushing a\r\x1b[JPushing b", _terminal.ToString());
    }

    [Fact]
    public void A_line_never_wraps_also_of_wide_characters()
    {
        var view = View(width: 20);
        view.Report(1, new ProgressRecord(1, "漢字漢字漢字漢字漢字漢字", "x\ny"));
        Assert.Equal("漢字漢字漢字漢字漢", _terminal.ToString());
    }

    [Fact]
    public void No_more_lines_are_drawn_than_the_window_has()
    {
        var view = View(height: 4);
        for (var i = 0; i < 9; i++)
        {
            view.Report(1, new ProgressRecord(i, $"activity {i}", "-"));
        }

        view.Hide();
        Assert.EndsWith("\r\x1b[2A\x1b[J", _terminal.ToString(), StringComparison.Ordinal);
    }

    public void Dispose() => _terminal.Dispose();

    private TerminalProgress View(int width = 80, int height = 24) => new(_terminal, () => new Size(width, height), _time);
}
