extension StagePlanner {
    mutating func add(_ run: RunInstruction, _ instruction: Instruction) throws(DockerfileError) {
        var secrets: [RunOperation.SecretMount] = []
        for mount in run.mounts {
            let text = try expand(mount, at: instruction.location)
            secrets.append(try SecretMountParser(text, at: instruction.location).mount())
        }
        let arguments = arguments(of: run.command)
        let declared = Set(processEnvironment.map { Self.nameAndValue($0).name })
        var operation = RunOperation(
            arguments: arguments, environment: processEnvironment,
            unkeyedEnvironment: scope.proxies.filter { !declared.contains($0.name) }.map { "\($0.name)=\($0.value)" },
            workingDirectory: settings.workingDirectory.isEmpty ? "/" : settings.workingDirectory,
            user: settings.user, network: run.network, secrets: secrets)
        operation.script = run.script
        let step = PlannedStep(text: instruction.text, line: instruction.location.line, operation: .run(operation))
        record("RUN \(historyArguments)\(arguments.joined(separator: " "))", step: step)
    }
}
