import ArgumentParser

/// `larder-bench registry rate`: what a registry answers in a second, and what it costs to know who asks.
struct RateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rate", abstract: "Ask for one path as fast as it is answered.",
        discussion: """
            Prints how many requests were answered in a second, and how many failed. With a token file, each request shows \
            its token: what who may do what costs is the difference.

            EXAMPLE:
              larder-bench registry rate --port 7070 --path /v2/bench/sample/manifests/1 --token-file /run/token
            """)

    @Option(help: "The port on 127.0.0.1.")
    var port: UInt16
    @Option(help: "What to ask for.")
    var path: String
    @Option(help: "GET or HEAD.")
    var method = "HEAD"
    @Option(help: "How many connections there are.")
    var connections = 32
    @Option(help: "For how long, in seconds, after one that is not counted.")
    var seconds = 7.0
    @OptionGroup var token: TokenOptions

    func validate() throws {
        guard (1...1024).contains(connections) else { throw ValidationError("Give 1 to 1024 connections.") }
        guard seconds > 0, seconds <= 600 else { throw ValidationError("Give up to 600 seconds.") }
    }

    func run() throws {
        var settings = LoadSettings(try LoadTarget("http://127.0.0.1:\(port)\(path)"))
        settings.method = method
        settings.fields = [("Accept", "application/vnd.oci.image.manifest.v1+json, */*")] + (try token.fields())
        settings.duration = seconds
        settings.connections = connections
        let report = try LoadRun(settings).run()
        print("rate \(Int(report.rate))")
        print("failed \(report.failed)")
    }
}
