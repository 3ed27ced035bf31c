import HummingbirdCore
import Logging
import NIOCore
import NIOSSL
import NIOTLS

/// A connection with TLS that is served as HTTP/2 or HTTP/1.1, whichever the client prefers (ALPN, RFC 7301).
struct SecureChannel: ServerChildChannel {
    /// A connection that was accepted.
    struct Value: ServerChildChannelValue {
        let channel: any Channel
        /// Fails when the client does not get through the handshake.
        fileprivate let negotiated: EventLoopFuture<Negotiated>
    }

    /// A connection after its handshake.
    fileprivate struct Negotiated: Sendable {
        enum Served: Sendable {
            case http1(HTTP1Channel.Value)
            case http2(HTTP2Streams.Connection)
        }

        let served: Served
        let connection: Connection
    }

    private typealias Negotiation = NIOTypedApplicationProtocolNegotiationHandler<Negotiated>

    private let http1: AcceptedChannel
    private let http2: HTTP2Streams
    private let certificate: ServerCertificate
    private let limits: Limits
    private let counts: ConnectionCounts

    init(
        _ base: HTTP1Channel, _ certificate: ServerCertificate, limits: Limits, counts: ConnectionCounts,
        waiting: WaitingConnections
    ) {
        http1 = AcceptedChannel(base, limits: limits, waiting: waiting)
        http2 = HTTP2Streams(base, limits: limits, waiting: waiting)
        self.certificate = certificate
        self.limits = limits
        self.counts = counts
    }

    // It never fails: Hummingbird would take that for a failure of the server.
    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        let negotiated: EventLoopFuture<Negotiated>
        do {
            let pipeline = channel.pipeline.syncOperations
            if !counts.admit(channel) { try pipeline.addHandler(RefusedConnection(isSecure: true)) }
            let negotiation = Negotiation { result, channel in negotiate(result, channel, logger) }
            try pipeline.addHandlers(
                NIOSSLServerHandler(context: certificate.context),
                HandshakeLimit(TimeAmount(limits.handshakeTime), logger: logger), negotiation)
            negotiated = negotiation.protocolNegotiationResult
        } catch {
            negotiated = channel.eventLoop.makeFailedFuture(error)
        }
        return channel.eventLoop.makeSucceededFuture(Value(channel: channel, negotiated: negotiated))
    }

    private func negotiate(
        _ result: ALPNResult, _ channel: any Channel, _ logger: Logger
    ) -> EventLoopFuture<Negotiated> {
        let connection: Connection
        do {
            connection = try Self.connection(of: channel)
        } catch {
            logger.debug("certificate of a client cannot be read", metadata: ["error": "\(error)"])
            channel.close(promise: nil)
            return channel.eventLoop.makeFailedFuture(error)
        }
        guard result == .negotiated("h2") else {
            return http1.setup(channel: channel, logger: logger).map {
                Negotiated(served: .http1($0), connection: connection)
            }
        }
        return http2.setup(channel: channel, logger: logger).map {
            Negotiated(served: .http2($0), connection: connection)
        }
    }

    private static func connection(of channel: any Channel) throws -> Connection {
        var connection = Connection(address: channel.remoteAddress?.ipAddress ?? "", isSecure: true)
        if let shown = try channel.pipeline.syncOperations.nioSSL_peerCertificate() {
            connection.clientCertificate = try ClientCertificate(derEncoded: shown.toDERBytes())
        }
        return connection
    }

    func handle(value: Value, logger: Logger) async {
        let negotiated: Negotiated
        do {
            negotiated = try await withTaskCancellationHandler {
                try await value.negotiated.get()
            } onCancel: {
                value.channel.close(promise: nil)
            }
        } catch {
            // Why was said already, by what limits the handshake.
            value.channel.close(promise: nil)
            return
        }
        await Connection.$current.withValue(negotiated.connection) {
            switch negotiated.served {
            case .http1(let value): await http1.serve(value, logger: logger)
            case .http2(let connection): await http2.serve(connection, logger: logger)
            }
        }
    }
}
