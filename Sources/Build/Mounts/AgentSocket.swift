internal import Dockerfile
internal import Glibc
internal import NIOCore
internal import NIOPosix
internal import SystemPackage

/// A socket for one command that leads to an SSH agent of this runner, with the owner and mode that the command wants.
final class AgentSocket: Sendable {
    /// The directory that only this user can look into, and the socket in it.
    private let directory: FilePath
    let path: FilePath
    private let channel: any Channel

    /// Listens in `directory`, a new one that is removed with the socket.
    /// - Throws: `invalidInput` when the agent does not answer, `io`.
    static func open(in directory: FilePath, for mount: SSHMount, to agent: FilePath) async throws -> AgentSocket {
        try await check(agent, mount.id)
        do {
            try await BlockingThreads.run { try StateFile.makeDirectory(directory) }
            let open = try OpenDirectory(directory)
            // The path of a socket is at most 108 bytes long: this one is short wherever the directory is.
            let channel = try await listen("/proc/self/fd/\(open.rawValue)/agent", agent.string)
            let path = directory.appending("agent")
            try Errno.check { unsafe directory.withPlatformString { unsafe chmod($0, 0o700) } }
            let owner = UserNamespace.present.owner(mount.uid, mount.gid)
            try Errno.check { unsafe path.withPlatformString { unsafe chown($0, owner.uid, owner.gid) } }
            try Errno.check { unsafe path.withPlatformString { unsafe chmod($0, mount.mode & 0o7777) } }
            return AgentSocket(directory, path, channel)
        } catch {
            await Uncancelled.run { try? TreeWalk.remove(directory) }
            throw (error as? BuildError)
                ?? BuildError(.io, "The SSH agent \(mount.id) cannot be forwarded: \(error).", cause: error)
        }
    }

    private init(_ directory: FilePath, _ path: FilePath, _ channel: any Channel) {
        self.directory = directory
        self.path = path
        self.channel = channel
    }

    /// Ends it; connections through it end with the processes that hold them.
    func close() async {
        try? await channel.close()
        let directory = directory
        await Uncancelled.run { try? TreeWalk.remove(directory) }
    }

    /// A command would only see that its connection is closed.
    private static func check(_ agent: FilePath, _ id: String) async throws(BuildError) {
        do {
            let connection = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
                .connect(unixDomainSocketPath: agent.string).get()
            try await connection.close()
        } catch {
            throw BuildError(
                .invalidInput,
                "the SSH agent \(id) does not answer at \(agent): start one with ssh-agent, and name its socket with "
                    + "--ssh \(id)=SOCKET",
                cause: error)
        }
    }

    private static func listen(_ path: String, _ agent: String) async throws -> any Channel {
        try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .childChannelOption(.autoRead, value: false)
            .childChannelInitializer { channel in
                // Both ends on one loop, so that each may use the other.
                ClientBootstrap(group: channel.eventLoop).channelOption(.autoRead, value: false)
                    .connect(unixDomainSocketPath: agent)
                    .flatMap { peer in
                        do {
                            try channel.pipeline.syncOperations.addHandler(ForwardingHandler(to: peer))
                            try peer.pipeline.syncOperations.addHandler(ForwardingHandler(to: channel))
                        } catch {
                            return channel.eventLoop.makeFailedFuture(error)
                        }
                        return channel.setOption(.autoRead, value: true)
                            .flatMap { peer.setOption(.autoRead, value: true) }
                    }
            }
            .bind(unixDomainSocketPath: path).get()
    }
}

/// Hands what a channel receives to another one, and closes that with it.
private final class ForwardingHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let peer: any Channel

    init(to peer: any Channel) {
        self.peer = peer
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        peer.writeAndFlush(unwrapInboundIn(data), promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        peer.close(promise: nil)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
