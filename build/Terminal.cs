using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using Spectre.Console;

namespace Rayshard.Build;

/// <summary>Where answers and talk go: answers to standard output; talk there too, but to standard error where the answers are a stream. Thread-safe.</summary>
/// <param name="Answers">For what was asked.</param>
/// <param name="Talk">For people.</param>
public sealed record Terminal(TextWriter Answers, TextWriter Talk)
{
    private IAnsiConsole? _live;

    /// <summary>Whether talk goes to a terminal that can redraw lines.</summary>
    public bool IsInteractive { get; init; }

    /// <summary>The process's own.</summary>
    public static Terminal For(KitOptions options)
    {
        var talk = options.IsStream ? Console.Error : Console.Out;
        var isRedirected = options.IsStream ? Console.IsErrorRedirected : Console.IsOutputRedirected;
        return new(Console.Out, talk) { IsInteractive = !isRedirected && !options.Json && Environment.GetEnvironmentVariable("TERM") is not (null or "" or "dumb") };
    }

    /// <summary>Says a line; above the bars while there are some.</summary>
    public void Say(string line)
    {
        if (_live is { } console)
        {
            console.WriteLine(line);
        }
        else
        {
            Talk.WriteLine(line);
        }
    }

    /// <summary>Answers with one JSON object on a line.</summary>
    public void Answer(JObject json)
    {
        lock (Answers)
        {
            Answers.Write(json.ToString(Formatting.None) + "\n");
            Answers.Flush();
        }
    }

    /// <summary>Hands the terminal to something that redraws lines.</summary>
    public async Task<T> LiveAsync<T>(Func<IAnsiConsole, Task<T>> show)
    {
        _live = AnsiConsole.Create(new() { Out = new AnsiConsoleOutput(Talk), Interactive = InteractionSupport.Yes });
        try
        {
            return await show(_live).ConfigureAwait(false);
        }
        finally
        {
            _live = null;
        }
    }
}
