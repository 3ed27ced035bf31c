import groovy.json.JsonSlurperClassic

/**
 * Builds an image, and says what it is. Within {@code withLarder}.
 *
 *     def api = larderBuild('shop/api', context: 'api')
 *
 * context     the directory to build; default '.'
 * dockerfile  its Dockerfile
 * target      the stage to build
 * platforms   as in ['linux/amd64', 'linux/arm64']
 * buildArgs   build arguments by name, nothing secret: they are kept with the image
 * secrets     ids of "Secret text" credentials by the id that RUN --mount=type=secret names
 * tag         default: of the scope, the commit and the build's number, as 'larder ci --tag' prints it
 * tags        more tags, which may move, as in ['latest']
 * arguments   more arguments of 'larder build', a list
 *
 * A page about the steps, what was saved and why others were run is kept with the Jenkins build, also when it failed.
 * Gives a map: image, tag, digest; reference and byDigest, with the server's host; steps, hits, runs.
 */
def call(Map settings, String image) {
    String tag = settings.tag ?: sh(
        label: 'unique tag', returnStdout: true,
        script: "#!/bin/sh -eu\nlarder ci --tag ${quoted(settings.context ?: '.')}\n").trim()
    if (tag == 'latest') {
        error("larderBuild: 'latest' alone does not say what runs: leave out 'tag', and give tags: ['latest'] if it is wanted")
    }
    String name = "larder-${image.replaceAll('[^a-z0-9]+', '-')}"
    def words = ['larder', 'build', '--metadata-file', "${name}.json".toString(), '--report', "${name}.html".toString()]
    for (one in [tag] + (settings.tags ?: [])) {
        words << '--tag' << "${image}:${one}".toString()
    }
    if (settings.dockerfile) { words << '--file' << settings.dockerfile }
    if (settings.target) { words << '--target' << settings.target }
    if (settings.platforms) { words << '--platform' << settings.platforms.join(',') }
    for (entry in (settings.buildArgs ?: [:])) {
        words << '--build-arg' << "${entry.key}=${entry.value}".toString()
    }
    def bindings = []
    for (entry in (settings.secrets ?: [:])) {
        String variable = "LARDER_SECRET_${bindings.size()}"
        bindings << string(credentialsId: entry.value, variable: variable)
        words << '--secret' << "id=${entry.key},env=${variable}".toString()
    }
    words += (settings.arguments ?: [])
    words << (settings.context ?: '.')
    String script = "#!/bin/sh -eu\n${words.collect { quoted(it) }.join(' ')}\n"
    try {
        if (bindings) {
            withCredentials(bindings) { sh(label: "larder build ${image}", script: script) }
        } else {
            sh(label: "larder build ${image}", script: script)
        }
    } finally {
        archiveArtifacts(artifacts: "${name}.html", allowEmptyArchive: true)
    }
    return described(image, tag, readFile("${name}.json"))
}

def call(String image) {
    return call([:], image)
}

@NonCPS
private static Map described(String image, String tag, String report) {
    Map built = new JsonSlurperClassic().parseText(report)
    // Without a server the image was built, and is nowhere.
    String reference = built['image.name'] ? built['image.name'].tokenize(',')[0] : null
    String digest = built['containerimage.digest']
    return [
        image: image, tag: tag, digest: digest, reference: reference,
        byDigest: reference && digest ? reference.substring(0, reference.lastIndexOf(':')) + '@' + digest : null,
        steps: built['larder.steps.total'], hits: built['larder.steps.hit'], runs: built['larder.steps.run'],
    ]
}

/** A word of a shell. */
@NonCPS
private static String quoted(value) {
    return "'" + value.toString().replace("'", "'\\''") + "'"
}
