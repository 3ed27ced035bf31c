/// What is asked, how often, and by how many.
public struct LoadSettings: Sendable {
    /// Whom and what.
    public var target: LoadTarget
    /// The method.
    public var method = "GET"
    /// Fields of the request's head beside `Host` and `Content-Length`.
    public var fields: [(name: String, value: String)] = []
    /// The request's body.
    public var body: [UInt8] = []
    /// Requests that are due in a second, on all connections; `nil` to ask again as soon as there is an answer.
    public var rate: Double?
    /// For how long. Seconds.
    public var duration = 10.0
    /// How long before that is asked without counting. Seconds.
    public var warmUp = 1.0
    /// How many connections there are, each with a thread.
    public var connections = 64

    /// Makes settings.
    public init(_ target: LoadTarget) {
        self.target = target
    }

    /// The bytes of the request.
    var request: [UInt8] {
        var head = "\(method) \(target.path) HTTP/1.1\r\nHost: \(target.host):\(target.port)\r\n"
        for field in fields { head += "\(field.name): \(field.value)\r\n" }
        if !body.isEmpty || method == "POST" || method == "PUT" { head += "Content-Length: \(body.count)\r\n" }
        return Array((head + "\r\n").utf8) + body
    }
}
