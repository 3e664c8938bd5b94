using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Rayshard.Reporting;

/// <summary>
/// Serves an experiment's page while it is rendered, by this process or another: frames appear as they are acknowledged. Listens on
/// 127.0.0.1 and nowhere else, only reads, and answers no page but its own.
/// </summary>
public sealed class Watch
{
    /// <summary>The port where none is asked for.</summary>
    public const int DefaultPort = 8722;

    private static readonly TimeSpan s_every = TimeSpan.FromSeconds(0.5);

    private readonly LivePage _page;
    private readonly int _port;

    /// <summary>Watches the frames of a shelf.</summary>
    /// <param name="shelf">The frames; used by this alone from now on.</param>
    /// <param name="runsFolder">Evidence of the runs.</param>
    /// <param name="port">The port.</param>
    /// <param name="time">The clock, for how long ago a run gave a sign.</param>
    public Watch(FrameShelf shelf, string runsFolder, int port, TimeProvider time)
    {
        _page = new(shelf, runsFolder, time);
        _port = port;
        Address = new(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}/"));
    }

    /// <summary>Where the page is.</summary>
    public Uri Address { get; }

    /// <summary>Serves until it is told to end.</summary>
    /// <param name="listening">Called when the page can be opened.</param>
    /// <param name="finish">Ends it.</param>
    /// <exception cref="RayshardException">The port is taken (<see cref="ExitCode.Busy"/>).</exception>
    public async Task ServeAsync(Action listening, CancellationToken finish)
    {
        using var listener = Listen();
        await using var end = finish.Register(listener.Close).ConfigureAwait(false);
        listening();
        var looking = LookAsync(finish);
        while (!finish.IsCancellationRequested)
        {
            try
            {
                var context = await listener.GetContextAsync().ConfigureAwait(false);
                _ = Task.Run(() => Answer(context), CancellationToken.None);
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException or InvalidOperationException)
            {
                // A client that went away, or the end: the loop's condition tells.
            }
        }

        await looking.ConfigureAwait(false);
    }

    private HttpListener Listen()
    {
        var listener = new HttpListener();
        listener.Prefixes.Add(Address.ToString());
        try
        {
            listener.Start();
            return listener;
        }
        catch (Exception e) when (e is HttpListenerException or SocketException)
        {
            listener.Close();
            throw new RayshardException(ExitCode.Busy, string.Create(CultureInfo.InvariantCulture, $"--port={_port}: 127.0.0.1 can't be listened on there ({e.Message}); take another port"), e);
        }
    }

    private async Task LookAsync(CancellationToken finish)
    {
        using var timer = new PeriodicTimer(s_every);
        try
        {
            do
            {
                _page.LookAgain();
            }
            while (await timer.WaitForNextTickAsync(finish).ConfigureAwait(false));
        }
        catch (OperationCanceledException)
        {
        }
    }

    private void Answer(HttpListenerContext context)
    {
        try
        {
            using var response = context.Response;
            response.Headers["Cache-Control"] = "no-store";
            response.Headers["X-Content-Type-Options"] = "nosniff";
            response.Headers["X-Frame-Options"] = "DENY";
            response.Headers["Referrer-Policy"] = "no-referrer";
            response.Headers["Cross-Origin-Resource-Policy"] = "same-origin";
            response.Headers["Cross-Origin-Opener-Policy"] = "same-origin";
            var (status, type, body) = WhyNot(context.Request) is { } refused ? refused : TryContent(context.Request);
            response.StatusCode = (int)status;
            response.ContentType = type;
            response.ContentLength64 = body.Length;
            if (context.Request.HttpMethod != "HEAD")
            {
                response.OutputStream.Write(body);
            }
        }
        catch (Exception e) when (e is HttpListenerException or IOException or ObjectDisposedException or InvalidOperationException)
        {
            // The client went away.
        }
    }

    // A page elsewhere may point a name of its own at 127.0.0.1 (DNS rebinding): then Host is not ours; the listener answers another name
    // with 404 before we hear of it. Or it may embed us: then the browser says so.
    private (HttpStatusCode, string, byte[])? WhyNot(HttpListenerRequest request) =>
        request.HttpMethod is not ("GET" or "HEAD") ? Text(HttpStatusCode.MethodNotAllowed, "This page only reads.")
        : request.UserHostName != Address.Authority ? Text(HttpStatusCode.MisdirectedRequest, $"This is {Address}")
        : request.Headers["Sec-Fetch-Site"] is not (null or "none" or "same-origin") || (request.Headers["Origin"] is { } origin && origin != Address.ToString().TrimEnd('/'))
            ? Text(HttpStatusCode.Forbidden, "Other sites are not answered.")
        : null;

    // The store or the evidence may go away while it is read; the page asks again.
    private (HttpStatusCode, string, byte[]) TryContent(HttpListenerRequest request)
    {
        try
        {
            return Content(request);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Text(HttpStatusCode.ServiceUnavailable, $"It can't be read now: {e.Message}");
        }
    }

    private (HttpStatusCode, string, byte[]) Content(HttpListenerRequest request)
    {
        switch (request.Url?.AbsolutePath)
        {
            case "/":
                using (var page = new StringWriter(CultureInfo.InvariantCulture))
                {
                    _page.Write(page);
                    return (HttpStatusCode.OK, "text/html; charset=utf-8", Encoding.UTF8.GetBytes(page.ToString()));
                }

            case "/state":
                return (HttpStatusCode.OK, "application/json", Encoding.UTF8.GetBytes(_page.State()));
            case "/frames":
                return (HttpStatusCode.OK, "application/octet-stream", _page.PacketsAfter(Number(request, "after")));
            case "/pixels" when _page.Floats(Number(request, "place"), Number(request, "pass")) is { } floats:
                return (HttpStatusCode.OK, "application/octet-stream", floats);
            default:
                return Text(HttpStatusCode.NotFound, "There is nothing here.");
        }
    }

    private static int Number(HttpListenerRequest request, string name) =>
        int.TryParse(request.QueryString[name], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1;

    private static (HttpStatusCode, string, byte[]) Text(HttpStatusCode status, string text) => (status, "text/plain; charset=utf-8", Encoding.UTF8.GetBytes(text + "\n"));
}
