/// The part of an image's configuration that instructions read and change. Mirrors `config` of the OCI image
/// configuration (image-spec, config.md).
public struct ImageSettings: Hashable, Sendable {
    /// HEALTHCHECK.
    public struct Healthcheck: Hashable, Sendable {
        /// `["NONE"]`, `["CMD", …]` or `["CMD-SHELL", …]`.
        public var test: [String]
        /// Nanoseconds; 0 to inherit.
        public var interval: Int64
        /// Nanoseconds; 0 to inherit.
        public var timeout: Int64
        /// Nanoseconds; 0 to inherit.
        public var startPeriod: Int64
        /// Nanoseconds; 0 to inherit.
        public var startInterval: Int64
        /// 0 to inherit.
        public var retries: Int

        /// Makes a health check.
        public init(
            test: [String], interval: Int64 = 0, timeout: Int64 = 0, startPeriod: Int64 = 0, startInterval: Int64 = 0,
            retries: Int = 0
        ) {
            self.test = test
            self.interval = interval
            self.timeout = timeout
            self.startPeriod = startPeriod
            self.startInterval = startInterval
            self.retries = retries
        }
    }

    /// `NAME=value` in order.
    public var environment: [String] = []
    /// USER; empty for root.
    public var user = ""
    /// WORKDIR; empty for `/`.
    public var workingDirectory = ""
    /// ENTRYPOINT; `nil` when there is none.
    public var entrypoint: [String]?
    /// CMD; `nil` when there is none.
    public var command: [String]?
    /// SHELL; `nil` for `/bin/sh -c`.
    public var shell: [String]?
    /// LABEL.
    public var labels: [String: String] = [:]
    /// EXPOSE, as `80/tcp`.
    public var exposedPorts: Set<String> = []
    /// VOLUME.
    public var volumes: Set<String> = []
    /// STOPSIGNAL; empty for the runtime's default.
    public var stopSignal = ""
    /// HEALTHCHECK; `nil` when there is none.
    public var healthcheck: Healthcheck?
    /// MAINTAINER; `nil` for what the base image says.
    public var author: String?
    /// Whether a CMD was written here, as docker notes it.
    public var argumentsEscaped: Bool?
    /// Of a base image: seconds until a container that was told to stop is killed.
    public var stopTimeout: Int?
    /// ONBUILD: instructions for the builds that begin with the image.
    public var onBuild: [String] = []

    /// Of a base image: `os/arch[/variant]` that it says it is for; `nil` when that is not known.
    public var platform: String?

    /// Makes empty settings.
    public init() {}
}
