import Dockerfile
import NIOCore
import NIOPosix
import SystemPackage
import TestSupport
import Testing

@testable import Build

@Suite("The socket of an SSH agent")
struct AgentSocketTests {
    /// Sends back what it gets.
    private final class Echo: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            context.writeAndFlush(data, promise: nil)
        }
    }

    /// Keeps the first thing that arrives.
    private final class First: ChannelInboundHandler, Sendable {
        typealias InboundIn = ByteBuffer

        let promise: EventLoopPromise<String>

        init(_ promise: EventLoopPromise<String>) {
            self.promise = promise
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            promise.succeed(String(buffer: unwrapInboundIn(data)))
        }

        func channelInactive(context: ChannelHandlerContext) {
            promise.fail(ChannelError.eof)
        }
    }

    @Test("What is sent to it reaches the agent, from a directory with a long name, and the answer comes back")
    func forwarding() async throws {
        try await withTemporaryDirectory { directory in
            let agent = directory.appending("agent")
            let server = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
                .childChannelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(Echo()) }
                }
                .bind(unixDomainSocketPath: agent.string).get()
            let long = directory.appending(String(repeating: "x", count: 120))
            let socket = try await AgentSocket.open(in: long, for: SSHMount(target: "/s", mode: 0o640), to: agent)
            let status = try Stat(socket.path)
            #expect(status.rawValue.st_mode & 0o7777 == 0o640)
            // A client can name the socket by a short path only.
            let short = directory.appending("short")
            try ImageTools.run("ln -s '\(long)' '\(short)'")
            let loop = MultiThreadedEventLoopGroup.singleton.any()
            let promise = loop.makePromise(of: String.self)
            let client = try await ClientBootstrap(group: loop)
                .channelInitializer { $0.pipeline.addHandler(First(promise)) }
                .connect(unixDomainSocketPath: short.appending("agent").string).get()
            try await client.writeAndFlush(ByteBuffer(string: "hello"))
            #expect(try await promise.futureResult.get() == "hello")
            try await client.close()
            await socket.close()
            #expect((try? Stat(long)) == nil)
            try await server.close()
        }
    }
}
