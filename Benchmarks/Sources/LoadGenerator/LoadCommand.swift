public import ArgumentParser

/// `larder-bench load`: requests at a steady pace.
public struct LoadCommand: ParsableCommand {
    /// What `--help` says.
    public static let configuration = CommandConfiguration(
        commandName: "load",
        abstract: "Ask a server at a steady pace, and tell how long the answers took.",
        discussion: """
            Requests arrive at a constant rate, however slow the answers are: each is due at a moment of its own, and its time \
            counts from then, sent or not. A server that stalls for a second is late for all that were due in it. What \
            is called "from when each was sent" leaves those out, as tools do that wait for an answer before they ask again.

            EXAMPLES:
              larder-bench load http://127.0.0.1:7070/v2/shop/api/manifests/1 --rate 3200 --duration 8
              larder-bench load http://127.0.0.1:7070/api/v1/projects/shop/lookup --body query.json --rate 50 --json
              larder-bench load http://127.0.0.1:7070/v2/ --connections 32     as fast as it answers
            """)

    @Argument(help: "What to ask for, as in http://127.0.0.1:7070/v2/.")
    var url: String
    @Option(
        help: ArgumentHelp("Requests that are due in a second; without it, as many as are answered.", valueName: "RATE")
    )
    var rate: Double?
    @Option(help: ArgumentHelp("For how long, after the warm-up.", valueName: "SECONDS"))
    var duration = 10.0
    @Option(help: ArgumentHelp("For how long nothing is counted.", valueName: "SECONDS"))
    var warmUp = 1.0
    @Option(help: ArgumentHelp("How many connections ask, one request at a time each.", valueName: "COUNT"))
    var connections = 64
    @Option(help: ArgumentHelp("The method; GET, or POST with a body.", valueName: "METHOD"))
    var method: String?
    @Option(help: ArgumentHelp("What to send with each request.", valueName: "FILE"), completion: .file())
    var body: String?
    @Option(help: ArgumentHelp("The body's type.", valueName: "TYPE"))
    var contentType = "application/json"
    @OptionGroup var token: TokenOptions
    @Flag(help: "Print JSON.")
    var json = false

    /// Makes a command.
    public init() {}

    /// Checks the options.
    public func validate() throws {
        guard (1...1024).contains(connections) else { throw ValidationError("--connections is 1 to 1024.") }
        guard rate.map({ $0 > 0 && $0 <= 1e6 }) ?? true else {
            throw ValidationError("--rate is over 0, up to 1000000.")
        }
        guard duration > 0, duration <= 86_400 else { throw ValidationError("--duration is over 0, up to 86400.") }
        guard warmUp >= 0, warmUp <= 3_600 else { throw ValidationError("--warm-up is 0 to 3600.") }
    }

    /// Does it, and prints what it came to.
    public func run() throws {
        var settings = LoadSettings(try LoadTarget(url))
        settings.method = method ?? (body == nil ? "GET" : "POST")
        settings.fields = [("Accept", "application/vnd.oci.image.manifest.v1+json, */*")] + (try token.fields())
        if let body {
            settings.body = try BodyFile.read(body)
            settings.fields.append(("Content-Type", contentType))
        }
        settings.rate = rate
        settings.duration = duration
        settings.warmUp = warmUp
        settings.connections = connections
        let report = try LoadRun(settings).run()
        print(json ? try report.json() : report.text)
    }
}
