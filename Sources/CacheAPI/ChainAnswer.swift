/// One answer for each path of a ``ChainQuery``.
public struct ChainAnswer: Codable, Sendable {
    /// What kind of thing is at a path.
    public enum Kind: String, Codable, Sendable {
        case file
        case directory
        /// A device or fifo.
        case other
    }

    /// The answer for one path.
    public struct Path: Codable, Sendable {
        /// The path with every symbolic link followed; components that do not exist are taken as written. `nil`
        /// when a link loops.
        public var resolved: String?
        /// What is there; `nil` when nothing is.
        public var kind: Kind?
        /// Permission bits; `nil` when nothing is there.
        public var mode: UInt32?
        /// The owner; `nil` when nothing is there.
        public var uid: UInt32?
        /// The group; `nil` when nothing is there.
        public var gid: UInt32?

        /// Makes an answer.
        public init(
            resolved: String?, kind: Kind? = nil, mode: UInt32? = nil, uid: UInt32? = nil, gid: UInt32? = nil
        ) {
            self.resolved = resolved
            self.kind = kind
            self.mode = mode
            self.uid = uid
            self.gid = gid
        }
    }

    /// One answer for each path of the query, in its order.
    public var paths: [Path]

    /// Makes an answer.
    public init(paths: [Path]) {
        self.paths = paths
    }
}
