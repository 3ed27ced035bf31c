import ArgumentParser
import Build
import SystemPackage

/// `larder ci`: what a build would take from the job that it runs in.
struct CICommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ci",
        abstract: "Print what was found out about the CI job this runs in, and what said it.",
        discussion: """
            The system, the branch or change, whether it comes from a fork, the scopes that follow, how the job proves to the \
            server who it is, and a tag that no other job's images have: of the scope, the commit and the run. Nothing is \
            asked of the server, and no secret is printed.

            EXAMPLES:
              larder ci
              larder build -t shop/api:$(larder ci --tag) --push .
              larder ci --json | jq -r .scope
            """)

    @Argument(help: ArgumentHelp("The build context, whose git repository is looked at.", valueName: "PATH"))
    var context = "."
    @OptionGroup(title: "Scopes") var scopes: ScopeFlags
    @OptionGroup(title: "Server") var connection: ConnectionFlags
    @Flag(help: "Print one JSON object.")
    var json = false
    @Flag(help: "Print only the tag that no other job's images have.")
    var tag = false

    func validate() throws {
        if json, tag { throw ValidationError("--json and --tag: give one of them") }
    }

    func run() throws {
        let report = try report(in: .current())
        guard tag else {
            print(json ? try report.json() : report.text)
            return
        }
        guard let tag = report.tag else {
            throw ValidationError(
                "--tag: neither a commit nor the number of a run was found; 'larder ci' tells what was")
        }
        print(tag)
    }

    /// What is found out.
    /// - Throws: `ValidationError`.
    func report(in surroundings: Surroundings) throws -> JobReport {
        let directory = FilePath(context)
        let job = JobDetection.detect(surroundings.jobFacts(of: directory))
        let found = try scopes.scopes(of: directory, CacheFlags.Scopes(), in: surroundings)
        let server = try (connection.server ?? surroundings.value("LARDER_SERVER")).map { _ in
            try connection.address(in: surroundings)
        }
        return JobReport(
            job: job, scopes: found, server: server.map(\.description),
            identity: ShownIdentity(connection, server: server, job: job, in: surroundings))
    }
}
