import HummingbirdCore
import NIOCore

extension Settings {
    /// What serves connections: with TLS if there is a certificate. `waiting` is to be closed after it.
    func server(
        _ certificate: ServerCertificate?, counts: ConnectionCounts, waiting: WaitingConnections
    ) -> HTTPServerBuilder {
        let configuration = channelConfiguration
        return HTTPServerBuilder { [limits] responder in
            let http1 = HTTP1Channel(responder: responder, configuration: configuration)
            guard let certificate else {
                return AcceptedChannel(http1, limits: limits, counts: counts, waiting: waiting)
            }
            return SecureChannel(http1, certificate, limits: limits, counts: counts, waiting: waiting)
        }
    }

    /// How connections are read.
    private var channelConfiguration: HTTP1Channel.Configuration {
        let limits = limits
        return HTTP1Channel.Configuration(
            additionalChannelHandlers: [ReceiveSizes(), SlowClientLimit(limits)],
            idleTimeout: .seconds(Int64(idleTimeout)),
            httpDecoderConfiguration: .init(
                maxHeaderFieldSize: Limits.headerFieldBytes, maxHeaderListSize: Limits.headerBytes,
                maxHeaderFieldCount: Limits.headerFields))
    }
}
