using System.Net;
using System.Net.Sockets;

namespace ImagePusher.TestSupport;

/// <summary>The real nginx as a reverse proxy on a loopback port.</summary>
public sealed class Nginx : IAsyncDisposable
{
    private readonly ServerProcess _process;
    private readonly TemporaryFolder _folder;

    private Nginx(ServerProcess process, TemporaryFolder folder, string scheme, int port)
    {
        (_process, _folder) = (process, folder);
        Address = $"localhost:{port}";
        Url = new Uri($"{scheme}://{Address}/");
    }

    /// <summary>localhost and the port, as in a reference.</summary>
    public string Address { get; }

    /// <summary>Its root, with a slash at the end.</summary>
    public Uri Url { get; }

    /// <summary>The output so far: access log and errors.</summary>
    public string Log => _process.Log;

    /// <summary>The requests with a response so far. The log is written after the response: wait for the expected entry.</summary>
    public IReadOnlyList<LoggedRequest> Requests => [.. _process.Lines.Select(LoggedRequest.FromCombinedLog).OfType<LoggedRequest>()];

    /// <summary>Starts one in front of a server; returns when it responds. Skips the test if nginx is missing.</summary>
    /// <param name="upstream">Host and port of the server behind it, which speaks plain http.</param>
    /// <param name="options">How it behaves.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public static async Task<Nginx> StartAsync(string upstream, NginxOptions options, CancellationToken cancellationToken)
    {
        var tool = ExternalTools.Require("nginx");
        for (var attempt = 1; ; attempt++)
        {
            var folder = new TemporaryFolder();
            var port = FreePort();
            var configuration = folder.Write("nginx.conf", Configuration(upstream, options, folder.FullName, port));
            var process = ServerProcess.Start(tool, "-p", folder.FullName, "-e", "stderr", "-c", configuration);
            try
            {
                await process.WaitForLineAsync(line => line.Contains("start worker", StringComparison.Ordinal)
                    || line.Contains("OS: ", StringComparison.Ordinal), cancellationToken);
                await ConnectAsync(process, port, cancellationToken);
                return new Nginx(process, folder, options.Certificates is null ? "http" : "https", port);
            }
            catch (InvalidOperationException) when (attempt < 5 && process.Log.Contains("Address already in use", StringComparison.Ordinal))
            {
                // Another process used the port in the meantime.
                await process.DisposeAsync();
                folder.Dispose();
            }
            catch
            {
                await process.DisposeAsync();
                folder.Dispose();
                throw;
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        _folder.Dispose();
    }

    private static int FreePort()
    {
        using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        probe.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)probe.LocalEndPoint!).Port;
    }

    private static async Task ConnectAsync(ServerProcess process, int port, CancellationToken cancellationToken)
    {
        using var client = new TcpClient();
        try
        {
            // nginx listens before it writes its first line.
            await client.ConnectAsync(IPAddress.Loopback, port, cancellationToken);
        }
        catch (SocketException e)
        {
            throw new InvalidOperationException($"nginx does not answer; its log:\n{process.Log}", e);
        }
    }

    private static string Configuration(string upstream, NginxOptions options, string folder, int port)
    {
        return $$"""
            daemon off;
            master_process off;
            pid {{folder}}/nginx.pid;
            error_log stderr notice;
            events { worker_connections 256; }
            http {
                access_log /dev/stdout;
                client_body_temp_path {{folder}}/body;
                proxy_temp_path {{folder}}/proxy;
                fastcgi_temp_path {{folder}}/fastcgi;
                uwsgi_temp_path {{folder}}/uwsgi;
                scgi_temp_path {{folder}}/scgi;
                {{options.Server?.Invoke(port) ?? Server(upstream, options, port)}}
            }
            """;
    }

    private static string Server(string upstream, NginxOptions options, int port)
    {
        var tls = options.Certificates is { } certificates
            ? $"""
                ssl_certificate {certificates.ServerCertificateFile};
                ssl_certificate_key {certificates.ServerKeyFile};
                {(options.WantsClientCertificate ? $"ssl_client_certificate {certificates.AuthorityFile}; ssl_verify_client on;" : "")}
                """
            : "";
        var forwarded = string.Join(
            ' ',
            options.ForwardsHost ? "proxy_set_header Host $http_host;" : "proxy_redirect off;",
            options.ForwardsScheme ? "proxy_set_header X-Forwarded-Proto $scheme;" : "");
        return $$"""
            server {
                listen 127.0.0.1:{{port}}{{(options.Certificates is null ? "" : " ssl")}};
                {{tls}}
                client_max_body_size {{options.BodyLimit}};
                proxy_request_buffering {{(options.BuffersRequests ? "on" : "off")}};
                location / {
                    proxy_pass http://{{upstream.Replace("localhost", "127.0.0.1", StringComparison.Ordinal)}};
                    proxy_http_version 1.1;
                    {{forwarded}}
                }
            }
            """;
    }
}
