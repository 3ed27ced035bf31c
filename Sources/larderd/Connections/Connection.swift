/// What is known about the connection that a request comes on.
struct Connection: Sendable {
    /// The client's address without its port; empty for a socket in the file system.
    var address = ""
    /// Whether nobody on the way can read or change it.
    var isSecure = false
    /// What the client has shown.
    var clientCertificate: ClientCertificate?

    /// The connection that this task serves. Its requests come long after it, and Hummingbird hands on nothing but a channel.
    @TaskLocal static var current = Connection()
}
