import Dockerfile

/// Parses and plans `text`; every image that is not in `bases` has empty settings.
func plan(
    _ text: String, options: Dockerfile.Options = .init(), bases: [String: ImageSettings] = [:]
) throws(DockerfileError) -> BuildPlan {
    let dockerfile = try Dockerfile(parsing: Array(text.utf8), file: "Dockerfile")
    var settings: [Dockerfile.ImageRequest: ImageSettings] = [:]
    for request in try dockerfile.requiredImages(options: options) {
        settings[request] = bases[request.name] ?? ImageSettings()
    }
    return try dockerfile.plan(options: options, bases: settings)
}

/// The only or last stage of a plan of `text`, which is put behind `FROM scratch`.
func stage(
    _ text: String, arguments: [String: String] = [:], base: ImageSettings? = nil
) throws(DockerfileError) -> PlannedStage {
    var options = Dockerfile.Options()
    options.buildArguments = arguments
    let planned = try plan(
        "FROM \(base == nil ? "scratch" : "base")\n\(text)", options: options, bases: ["base": base ?? .init()])
    return planned.stages[planned.targets[0].stage]
}

/// What goes wrong with `text`; `nil` if nothing does.
func failure(_ text: String, options: Dockerfile.Options = .init()) -> DockerfileError? {
    do {
        _ = try plan(text, options: options)
        return nil
    } catch {
        return error
    }
}

extension PlannedStage {
    var runs: [RunOperation] {
        steps.compactMap { if case .run(let operation) = $0.operation { operation } else { nil } }
    }

    var copies: [CopyOperation] {
        steps.compactMap { if case .copy(let operation) = $0.operation { operation } else { nil } }
    }

    var workdirs: [WorkdirOperation] {
        steps.compactMap { if case .workdir(let operation) = $0.operation { operation } else { nil } }
    }
}

extension RunOperation {
    /// The environment without the default PATH.
    var ownEnvironment: [String] { environment.filter { !$0.hasPrefix("PATH=") } }
}
