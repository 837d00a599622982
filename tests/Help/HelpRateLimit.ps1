# Starts a server that answers every request with the rate limit headers of Docker Hub, until HelpRateLimitListener is closed.
# Returns its address.
$global:HelpRateLimitListener = [Net.HttpListener]::new()
$address = (Start-LocalRegistry -Port 0).Registry
Stop-LocalRegistry $address
$HelpRateLimitListener.Prefixes.Add("http://$address/")
$HelpRateLimitListener.Start()
$null = [powershell]::Create([initialsessionstate]::CreateDefault2()).AddScript({
    param($Listener)
    while ($Listener.IsListening) {
        $next = $Listener.GetContextAsync()
        # A runspace that waits forever would keep the process alive.
        while (-not $next.Wait(100)) { if (-not $Listener.IsListening) { return } }
        $response = $next.Result.Response
        $response.ContentType = 'application/vnd.oci.image.manifest.v1+json'
        $response.Headers['ratelimit-limit'] = '100;w=21600'
        $response.Headers['ratelimit-remaining'] = '76;w=21600'
        $response.Headers['docker-ratelimit-source'] = '192.0.2.7'
        $response.Close()
    }
}).AddArgument($HelpRateLimitListener).BeginInvoke()
$address
