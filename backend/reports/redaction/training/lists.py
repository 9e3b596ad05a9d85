"""python backend/reports/redaction/training/lists.py CENSUS WORDS OTHERS: lists of names.json again.

CENSUS is the folder of the PyPI package `names` 0.3.0 (MIT): first and last names of the United
States census of 1990, which is in the public domain, most frequent first. WORDS is
`frequency_dictionary_en_82_765.txt` of the PyPI package `symspellpy` 6 (MIT): English words in small
letters with their frequencies. OTHERS is `spellchecker/resources` of the PyPI package
`pyspellchecker` 0.8 (MIT): words of other languages with their frequencies. Without them the tagger
takes a surname for any capitalised word, and an ordinary word that begins a sentence for a name.
Run before `train`.
"""

from __future__ import annotations

import gzip
import json
import sys
from pathlib import Path

N_SURNAMES = 5000
N_FIRST = {"dist.male.first": 1000, "dist.female.first": 1500}
N_WORDS = 12_000
WORD_MIN_CHARS = 3
# German most, where every noun is written as a name is.
OTHERS = {"de": 3000, "es": 900, "fr": 900, "it": 900, "nl": 700, "pt": 900, "ru": 700}
# What the package lacks: Polish, Ukrainian and Vietnamese; what a letter to an office is about.
OWN = (
    "mój moja moje moi nasz nasza proszę dzień dobry jestem mam mieszkam mieszka pracuję numer adres jak czy"
    " kiedy gdzie dlaczego który która które jest są był była było będzie nie tak ale więc oraz dla przy"
    " przez"
    " pod nad przed wczoraj jutro dziś dzisiaj bardzo może można trzeba chcę chciałbym dziękuję cześć tôi là"
    " mieszka zadzwoń proszę мене звати вона він живе живу я на вул її його steuer finanzamt reisepass"
    " personalausweis ausweis belege steuernummer ligue emita chiamami abita abito llama llame appelle"
    " của không có người một các abito vivo moro habito wohne woon bor bydlím aadhaar pesel"
    # Labels of forms, letters and mails, what is asked of an assistant, and nationalities.
    " absender adresse afzender algerian anlage anschrift ansprechpartner apellidos apologies"
    " argentinian assignee avsändare bailleur bangladeshi bankverbindung bcc beispiel benim betreff"
    " bijlage brainstorm calcola calcula cc chilean codice colombian conveyancer correo corrige"
    " courriel destinataire destinatario eigentümerversammlung electrician empfänger escribe estonian"
    " explica explique expliquez expéditeur factura facture familienstand fattura fecha filipino fråga"
    " geburtsdatum geburtsort ghanaian gitlab handy hausnummer hubspot indirizzo inquilino jira"
    " kennzeichen kenyan konto kontoinhaber konu krankenversicherungsnummer kundennummer kündigung"
    " latvian lebenslauf locataire locksmith madam mieter mittente moroccan mottagare nacimiento"
    " nadawca napisz nginx nigerian né née objet oblicz odbiorca officiant oggetto onderwerp ontvanger"
    " paralegal paramedic paraphrase patientin paziente peruvian physiotherapist proofread protokoll"
    " przetłumacz prénom rechnung rechnungsnummer redacta remitente rephrase requester riassumi rédige"
    " rédigez résume salesforce satz scrivi sirs skriv spiega staatsangehörigkeit summarise summarize"
    " tarih tetkik tomcat traduce traduci traduis tunisian unterschrift venezuelan vermieter"
    " versichertennummer vertragsnummer verwalter wyjaśnij zendesk ämne адрес дата договор логин"
    " москва напиши обчисли объясни отчество пароль пациент переведи поясни реши рождения россии"
    " столица фамилия"
    # What is said alone, and what a recipe, a manual or a request to an assistant begins with.
    " aha anonymise anonymize argh backpropagate baste binarise binarize blanch boil braise centrifuge"
    " chop concatenate condense crochet crumble debounce decant decrypt deduce defrost deserialise"
    " deserialize dictate differentiate dilute disassemble dismantle dissolve distil distill drizzle duh"
    " encrypt enumerate extrapolate factorise factorize ferment fertilise fertilize finetune fyi garnish"
    " grate hm hmmm idk imho imo incubate infer initialise initialize instantiate interpolate iterate"
    " knead lgtm loosen lubricate marinate meh memoise memoize mince mow mulch nope normalize nvm oof"
    " parallelise parallelize pfft phew pickle pipette poach preheat prepend prune quantise quantize rake"
    " reassemble rebase recalculate recompute redo regularise regularize repot rerun resize retry reword"
    " rinse sanitise sanitize saute scrub sear serialise shorten sift simmer skim soak solder sprinkle"
    " steer symlink thaw thicken throttle tighten titrate tokenise tokenize transcribe transpose truncate"
    " truncated unplug unscrew untar unzip varnish vectorise vectorize weld whisk yay yikes"
    # What a recipe begins with that is a surname too, and labels of numbers and of accounts.
    " acct antwoordnummer ausweisnr attn avisa az beitragsnummer belegnr benutzerkennung buchungscode buenas"
    " erreichbar fry goedendag insta kassenzeichen kennung klantnummer kto mandantennr mandatsreferenz"
    " marktlokation matrikelnr mitgliedsnummer nata payee peel postanschrift postbus pseudonym"
    " seriennummer simmering skicka strain sygnatura telegram titulaire urlaub versicherungsnehmer"
    " venmo versichertennr vertretung vorgangsnummer witam zeichen zählernummer übersetze"
)
PLACES = set(
    "Alexandria America Asia Austin Berlin Boston Brazil Brooklyn Camden Carolina Chad Charleston Chester"
    " Chile China Cuba Dakota Dallas Denver Dominica Florence France Georgia Germany Guadalupe Holland"
    " Houston India Ireland Israel Italy Jamaica Japan Jordan Kansas Kenya Lincoln Lon London Lourdes Madison"
    " Memphis Mexico Milan Montana Napoleon Nevada Odessa Orlando Paris Phoenix Princeton Russia Santiago"
    " Savannah Spain Sydney Troy Tyson Valencia Vienna Virginia Washington".split()
)
"""Of the census's first names: what is a place's, or a thing's, far more often."""
NAMES = Path(__file__).parent.parent / "names.json"


def most_frequent(path: Path, n: int) -> list[str]:
    """The most frequent names, as they are written."""
    rows = path.read_text(encoding="utf-8").splitlines()[:n]
    return [row.split()[0].capitalize() for row in rows]


def ordinary_words(path: Path, names: set[str]) -> list[str]:
    """The most frequent words that are no names."""
    rows = path.read_text(encoding="utf-8-sig").splitlines()
    words = [row.split()[0] for row in rows]
    plain = [word for word in words if len(word) >= WORD_MIN_CHARS and word.isascii()]
    return [word for word in plain if word.isalpha() and word.capitalize() not in names][:N_WORDS]


def other_words(folder: Path, names: set[str]) -> list[str]:
    """The most frequent words of other languages that are no names."""
    found = OWN.split()
    for language, n in OTHERS.items():
        with gzip.open(folder / f"{language}.json.gz", "rt", encoding="utf-8") as file:
            counts = json.load(file)
        words = sorted(counts, key=lambda word: (-counts[word], word))
        plain = [w for w in words if w.isalpha() and len(w) > 1 and w.capitalize() not in names]
        found += plain[:n]
    return found


def main(census: Path, words_path: Path, others: Path) -> None:
    lists = json.loads(NAMES.read_text(encoding="utf-8"))
    last = set(most_frequent(census / "dist.all.last", N_SURNAMES))
    first = {name for file, n in N_FIRST.items() for name in most_frequent(census / file, n)}
    known = {key: set(lists[key].split()) for key in ("first", "context", "words", "common")}
    # A first name that is an ordinary word too would be hidden wherever a sentence begins with it.
    words = {word.capitalize() for word in known["common"]} | known["words"] | known["context"]
    lists["first"] = " ".join(sorted(known["first"] | (first - words - PLACES)))
    names = known["first"] | known["context"] | first | last
    frequent = {*ordinary_words(words_path, names), *other_words(others, names)} - known["common"]
    lists["last"] = " ".join(sorted(last))
    lists["frequent"] = " ".join(sorted(frequent))
    NAMES.write_text(json.dumps(lists, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(*map(Path, sys.argv[1:]))
