namespace Rayshard.Storage;

/// <summary>Work on many things, one a core, whose results are taken in the order of the things.</summary>
internal static class SideBySide
{
    /// <summary>Gives the results one by one; no more than one a core is made ahead. What fails is thrown in its turn, and nothing is under way behind the last one taken.</summary>
    /// <param name="things">What is worked on.</param>
    /// <param name="work">Called on any thread, with a token that ends it where its result is wanted no more.</param>
    /// <param name="cancellation">Ends it all: from then on no result is given, not even one that is made.</param>
    public static IEnumerable<TResult> InOrder<T, TResult>(IEnumerable<T> things, Func<T, CancellationToken, TResult> work, CancellationToken cancellation)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var ahead = new Queue<Task<TResult>>();
        try
        {
            foreach (var thing in things)
            {
                if (ahead.Count == Environment.ProcessorCount)
                {
                    yield return Next();
                }

                ahead.Enqueue(Task.Run(() => work(thing, ending.Token), CancellationToken.None));
            }

            while (ahead.Count > 0)
            {
                yield return Next();
            }
        }
        finally
        {
            // Of what is still made nobody asks how it ended.
            ending.Cancel();
            Task.WhenAll(ahead).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default).Wait(CancellationToken.None);
        }

        TResult Next()
        {
            var result = ahead.Dequeue().GetAwaiter().GetResult();
            cancellation.ThrowIfCancellationRequested();
            return result;
        }
    }
}
