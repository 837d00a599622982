# Starts what counts pulls: a server that answers every request with the headers of Docker Hub, until HelpWorldListener is
# closed. Writes its address.
$global:HelpWorldListener = [Net.HttpListener]::new()
$address = (Start-LocalRegistry -Port 0).Registry
Stop-LocalRegistry $address
$HelpWorldListener.Prefixes.Add("http://$address/")
$HelpWorldListener.Start()
$null = [powershell]::Create([initialsessionstate]::CreateDefault2()).AddScript({
    param($Listener)
    while ($Listener.IsListening) {
        $next = $Listener.GetContextAsync()
        # A runspace that waits for ever would keep the process alive.
        while (-not $next.Wait(100)) { if (-not $Listener.IsListening) { return } }
        $response = $next.Result.Response
        $response.ContentType = 'application/vnd.oci.image.manifest.v1+json'
        $response.Headers['ratelimit-limit'] = '100;w=21600'
        $response.Headers['ratelimit-remaining'] = '76;w=21600'
        $response.Headers['docker-ratelimit-source'] = '192.0.2.7'
        $response.Close()
    }
}).AddArgument($HelpWorldListener).BeginInvoke()
$address
