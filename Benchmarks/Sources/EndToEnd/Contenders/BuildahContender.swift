/// buildah with a cache repository.
struct BuildahContender: Contender {
    let name = "buildah"
    let server = ServerKind.dockerRegistry
    let needsDocker = false

    func commands(for order: BuildOrder) -> [[String]] {
        let storage = [
            "--root", "\(order.runner)/storage", "--runroot", "\(order.runner)/run", "--storage-driver", "overlay",
        ]
        // Where limits cannot be raised, it is not to try; see Benchmarks/e2e/run.
        let variables = [
            "HOME": order.runner, "TMPDIR": order.runner, "CONTAINERS_CONF": "\(order.runner)/../containers.conf",
        ]
        let build =
            ["build", "--layers", "--isolation", "oci", "--runtime", "runc", "--network", "host", "--tls-verify=false"]
            + ["--build-arg", "BASE=\(order.base)"] + order.flags
            + ["--cache-from", order.cacheRepository, "--cache-to", order.cacheRepository]
            + ["--tag", order.image, order.context]
        return [build, ["push", "--tls-verify=false", order.image]].map {
            order.programs.peer(variables, ["buildah"] + storage + $0)
        }
    }

    func ranSteps(output: String, report: String?) -> RanSteps? {
        // It does not say how long a step took.
        RanSteps(count: BuildahOutput.executedSteps(in: output, of: ["RUN"]), seconds: nil)
    }
}
