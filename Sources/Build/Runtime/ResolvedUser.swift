/// A user as numbers.
public struct ResolvedUser: Hashable, Sendable {
    /// The user.
    public var uid: UInt32
    /// The group.
    public var gid: UInt32
    /// Further groups the user is in.
    public var additionalGroups: [UInt32]
    /// The home directory; `/` when unknown.
    public var home: String

    /// root.
    public static let root = ResolvedUser(uid: 0, gid: 0, additionalGroups: [], home: "/root")

    /// Makes a user.
    public init(uid: UInt32, gid: UInt32, additionalGroups: [UInt32], home: String) {
        self.uid = uid
        self.gid = gid
        self.additionalGroups = additionalGroups
        self.home = home
    }
}
