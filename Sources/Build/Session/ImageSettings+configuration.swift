internal import Dockerfile
internal import OCI

extension ImageSettings {
    /// What the configuration of a base image says.
    init(of image: ImageConfiguration) {
        self.init(image.config)
        // A single image may say nothing of it.
        if !image.platform.architecture.isEmpty { platform = image.platform.description }
    }

    /// The same of its part that says how containers are.
    init(_ settings: ContainerSettings?) {
        self.init()
        guard let settings else { return }
        environment = settings.environment
        user = settings.user
        workingDirectory = settings.workingDirectory
        entrypoint = settings.entrypoint
        command = settings.command
        shell = settings.shell
        labels = settings.labels
        exposedPorts = settings.exposedPorts
        volumes = settings.volumes
        stopSignal = settings.stopSignal
        healthcheck = settings.healthCheck.flatMap { check in
            check.test.map {
                Healthcheck(
                    test: $0, interval: check.interval ?? 0, timeout: check.timeout ?? 0,
                    startPeriod: check.startPeriod ?? 0, startInterval: check.startInterval ?? 0,
                    retries: check.retries ?? 0)
            }
        }
        onBuild = settings.onBuild
        argumentsEscaped = settings.argumentsEscaped
        stopTimeout = settings.stopTimeout
    }

    /// What the configuration of the built image says.
    var containerSettings: ContainerSettings {
        var settings = ContainerSettings()
        settings.environment = environment
        settings.user = user
        settings.workingDirectory = workingDirectory
        settings.entrypoint = entrypoint
        settings.command = command
        settings.shell = shell
        settings.labels = labels
        settings.exposedPorts = exposedPorts
        settings.volumes = volumes
        settings.stopSignal = stopSignal
        settings.onBuild = onBuild
        settings.argumentsEscaped = argumentsEscaped
        settings.stopTimeout = stopTimeout
        settings.healthCheck = healthcheck.map { check in
            func given<Number: BinaryInteger>(_ value: Number) -> Number? { value == 0 ? nil : value }
            return HealthCheck(
                test: check.test, interval: given(check.interval), timeout: given(check.timeout),
                startPeriod: given(check.startPeriod), startInterval: given(check.startInterval),
                retries: given(check.retries))
        }
        return settings
    }
}
