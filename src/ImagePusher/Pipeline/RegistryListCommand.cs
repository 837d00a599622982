using ImagePusher.Core;

namespace ImagePusher.Pipeline;

/// <summary>A cmdlet that lists what a registry has, page by page: a page is asked for when what was before it has been taken.</summary>
public abstract class RegistryListCommand : RegistryCommand
{
    /// <summary>The items of a list, each waited for on the pipeline's thread when it is wanted.</summary>
    /// <exception cref="ImagePusherException">The list ends with a failure.</exception>
    private protected IEnumerable<T> Each<T>(Func<CancellationToken, IAsyncEnumerable<T>> list)
    {
        var items = Await(token => Task.FromResult(list(token).GetAsyncEnumerator(token)));
        var next = Task.FromResult(true);
        try
        {
            while (true)
            {
                // Only the first item of a page is waited for.
                next = items.MoveNextAsync().AsTask();
                if (!(next.IsCompletedSuccessfully ? next.Result : Await(_ => next)))
                {
                    yield break;
                }

                yield return items.Current;
            }
        }
        finally
        {
            Close(items, next);
        }
    }

    private static void Close<T>(IAsyncEnumerator<T> items, Task last)
    {
        try
        {
            // A stopped pipeline leaves a request under way, which ends now.
            last.GetAwaiter().GetResult();
        }
        catch (Exception error) when (error is OperationCanceledException or ImagePusherException)
        {
            // Told to whoever asked for the item, if anybody still did.
        }

        items.DisposeAsync().AsTask().GetAwaiter().GetResult();
    }
}
