import ArgumentParser
import Build

/// The flags of `larder build`, as they were given.
struct BuildFlags: ParsableArguments {
    @Argument(
        help: ArgumentHelp(
            "The build context: a directory; '-' for an archive or a Dockerfile on standard input; the URL of a Git repository "
                + "(HOST/REPOSITORY.git#REF:DIRECTORY) or of an archive.", valueName: "PATH|URL|-"),
        completion: .directory)
    var context: String

    @Option(name: .shortAndLong, help: ArgumentHelp("A name for the image; may be repeated.", valueName: "NAME[:TAG]"))
    var tag: [String] = []
    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("The Dockerfile; '-' for standard input; default: PATH/Dockerfile.", valueName: "FILE"),
        completion: .file())
    var file: String?
    @Option(
        help: ArgumentHelp(
            "A value for an ARG; without '=', that of the environment variable of the name.",
            valueName: "NAME[=VALUE]"))
    var buildArg: [String] = []
    @Option(
        help: ArgumentHelp(
            "A directory, a Git repository or an image in the place of a name in FROM and --from; may be repeated.",
            valueName: "NAME=DIRECTORY|URL|docker-image://IMAGE|oci-layout://DIR[:TAG]"))
    var buildContext: [String] = []
    @Option(help: ArgumentHelp("The stage to build; default: the last one.", valueName: "STAGE"))
    var target: String?
    @Option(help: ArgumentHelp("A label for the image.", valueName: "NAME=VALUE"))
    var label: [String] = []
    @Option(
        help: ArgumentHelp(
            "What the image runs on, or several platforms between commas for an index; default: this machine's.",
            valueName: "OS/ARCH[/VARIANT]"))
    var platform: [String] = []
    @Option(
        help: ArgumentHelp(
            "A secret for RUN --mount=type=secret; never part of a key or an image.",
            valueName: "id=NAME[,src=FILE|,env=VARIABLE]"))
    var secret: [String] = []
    @Option(
        help: ArgumentHelp(
            "An SSH agent for RUN --mount=type=ssh; without a socket, that of SSH_AUTH_SOCK.",
            valueName: "default|ID[=SOCKET]"))
    var ssh: [String] = []

    @Flag(help: "Take no step from the cache; what is run takes the place of what was recorded.")
    var noCache = false
    @Option(
        help: ArgumentHelp(
            "Take no step of a stage from the cache, nor what is built from it; may be repeated, or have commas.",
            valueName: "STAGE"))
    var noCacheFilter: [String] = []
    @Option(
        help: ArgumentHelp(
            "Build steps again that were built longer ago, and what stands on them, as in 7d or 12h.",
            valueName: "TIME"))
    var cacheMaxAge: String?
    @OptionGroup var caches: CacheFlags
    @OptionGroup var signing: SigningFlags
    @Flag(help: "Do not wait for steps that another build makes at the moment; build them here, too.")
    var noWait = false
    @Flag(help: "Ask the registries of base images whether there is a newer one.")
    var pull = false

    @Flag(help: "Send the image to the registries that its names have, with the logins of docker or podman.")
    var push = false
    @Flag(help: "Load the image into this machine's docker or podman.")
    var load = false
    @Option(
        name: .shortAndLong,
        help: ArgumentHelp(
            "What else becomes of the image: type=oci,dest=FILE, type=docker,dest=FILE, type=registry.",
            valueName: "type=TYPE[,dest=FILE]"))
    var output: [String] = []
    @OptionGroup var compression: CompressionFlags
    @OptionGroup var attestations: AttestationFlags
    @Option(help: ArgumentHelp("Write the image id to a file.", valueName: "FILE"), completion: .file())
    var iidfile: String?
    @Option(help: ArgumentHelp("Write what the build did to a file, one JSON object.", valueName: "FILE"))
    var metadataFile: String?
    @Option(
        help: ArgumentHelp(
            """
            Write a report for people, also about a build that fails: the steps, what was saved, why others were run. A page \
            (.html), a short text (.md) or JSON; may be repeated. LARDER_REPORT.
            """, valueName: "FILE|type=html|json|md,dest=FILE"), completion: .file(extensions: ["html", "json", "md"]))
    var report: [String] = []
    @Option(help: ArgumentHelp("How progress is shown: auto, plain, tty or quiet.", valueName: "FORM"))
    var progress = ProgressForm.auto
    @Flag(name: .shortAndLong, help: "Show no progress; print the image id.")
    var quiet = false

    @OptionGroup(title: "Containers of RUN") var container: ContainerFlags
    @Flag(
        help: """
            Restore what mounts of type cache hold from the server, and store it there at the end. LARDER_CACHE_MOUNTS=1.
            """)
    var cacheMounts = false
    @Flag(
        help: """
            Give files of the context the modes that Git stores, whatever umask they were checked out with: 755 for \
            directories and what its owner may execute, else 644. LARDER_NORMALIZE_MODES=1.
            """)
    var normalizeModes = false
    @OptionGroup(title: "Server") var connection: ConnectionFlags
    @OptionGroup(title: "Server") var scopes: ScopeFlags
    @Option(
        help: ArgumentHelp(
            """
            How long to wait, once everything is built, for layers that are on their way to the server; default: 10m. \
            LARDER_UPLOAD_WAIT.
            """, valueName: "DURATION"))
    var uploadWait: String?
    @Option(
        help: ArgumentHelp(
            """
            What this runner keeps between builds. LARDER_STATE; default: $XDG_CACHE_HOME/larder or ~/.cache/larder.
            """, valueName: "DIR"))
    var stateDir: String?
    @OptionGroup var layers: LayerCacheFlags
}
