extension StagePlanner {
    mutating func add(
        _ run: RunInstruction, _ instruction: Instruction, _ sources: [String: CopyOperation.Source]
    ) throws(DockerfileError) {
        let arguments = arguments(of: run.command)
        var environment = processEnvironment
        let declared = Set(environment.map { Self.nameAndValue($0).name })
        let mounts = try mounts(of: run, sources, at: instruction.location)
        if let agent = mounts.agent, !declared.contains("SSH_AUTH_SOCK") {
            environment.append("SSH_AUTH_SOCK=\(agent)")
        }
        var operation = RunOperation(
            arguments: arguments, environment: environment,
            unkeyedEnvironment: scope.proxies.filter { !declared.contains($0.name) }.map { "\($0.name)=\($0.value)" },
            workingDirectory: settings.workingDirectory.isEmpty ? "/" : settings.workingDirectory,
            user: settings.user, network: run.network, security: run.security, mounts: mounts.sorted)
        operation.script = run.script
        operation.argumentNames = processArgumentNames
        let step = PlannedStep(text: instruction.text, line: instruction.location.line, operation: .run(operation))
        record("RUN \(historyArguments)\(arguments.joined(separator: " "))", step: step)
    }

    /// As in BuildKit the order in the file says nothing but for two with one target, and which agent is the first.
    private func mounts(
        of run: RunInstruction, _ sources: [String: CopyOperation.Source], at location: LineLocation
    ) throws(DockerfileError) -> (sorted: [RunMount], agent: String?) {
        var mounts: [(number: Int, mount: RunMount)] = []
        var agents: [String] = []
        for (number, written) in run.mounts.enumerated() {
            let options = try written.expanded { word throws(DockerfileError) in try expand(word, at: location) }
            let parser = MountParser(
                options: options, workingDirectory: settings.workingDirectory,
                source: written.from.flatMap { sources[$0] }, agentCount: agents.count, location: location)
            let mount = try parser.mount()
            if case .ssh(let agent) = mount { agents.append(agent.target) }
            mounts.append((number, mount))
        }
        mounts.sort { ($0.mount.target ?? "", $0.number) < ($1.mount.target ?? "", $1.number) }
        return (mounts.map(\.mount), agents.first)
    }
}
