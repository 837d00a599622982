using System.Globalization;
using ImagePusher.Core;
using ImagePusher.Core.Cache;
using ImagePusher.CrashWorker;

// save PATH NAME                        saves one image, and says what went wrong in one line
// loop PATH OWNER TARS SEED SECONDS GRACE
//                                       saves, imports the tars of a folder, removes and collects garbage; a line on standard
//                                       output after each step
switch (args)
{
    case ["save", var path, var name]:
        try
        {
            await new WorkerImage(1, [1, 2]).SaveAsync(ImageCache.Open(path), name);
            Console.WriteLine("saved");
            return 0;
        }
        catch (ImagePusherException error)
        {
            Console.WriteLine($"{error.GetType().Name}: {error.Message} {error.RecommendedAction}");
            return 1;
        }

    case ["loop", var path, var owner, var tars, var seed, var seconds, var grace]:
        await new WorkerLoop(path, owner, Directory.GetFiles(tars), Number(seed), Seconds(grace)).RunAsync(Seconds(seconds));
        return 0;

    default:
        Console.Error.WriteLine("usage: save PATH NAME | loop PATH OWNER TARS SEED SECONDS GRACE");
        return 2;
}

static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

static TimeSpan Seconds(string text) => TimeSpan.FromSeconds(double.Parse(text, CultureInfo.InvariantCulture));
