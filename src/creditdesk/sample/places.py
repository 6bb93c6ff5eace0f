"""Countries, towns and the words names are made of. Every company, person, number and address here is made up."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Country:
    """A country the made-up company sells to.

    Attributes:
        code: ISO 3166-1 alpha-2.
        share: of the customers.
        currency: position in `CURRENCIES`.
        places: (town, postal code, language, subdivision or None).
        forms: legal forms of companies.
        dialling: international prefix.
        iban_digits: digits after the check digits; 0 = no IBAN there.
        iban_bank: letters between check digits and digits.
    """

    code: str
    share: float
    currency: int
    places: tuple[tuple[str, str, str, str | None], ...]
    forms: tuple[str, ...]
    dialling: str
    iban_digits: int
    iban_bank: str = ""


CURRENCIES = ("EUR", "GBP", "USD", "CHF")
# Round values of one unit in EUR, for sizes only; what counts is the table of rates.
ROUGHLY_IN_EUR = (1.0, 1.17, 0.90, 1.06)

COUNTRIES = (
    Country("BE", 0.37, 0, (
        ("Gent", "9000", "nl", None), ("Antwerpen", "2000", "nl", None), ("Leuven", "3000", "nl", None),
        ("Hasselt", "3500", "nl", None), ("Brugge", "8000", "nl", None), ("Liège", "4000", "fr", None),
        ("Namur", "5000", "fr", None), ("Mons", "7000", "fr", None), ("Eupen", "4700", "de", None),
    ), ("BV", "NV", "SRL", "SA", "CV"), "+32", 12),
    Country("NL", 0.29, 0, (
        ("Utrecht", "3511 AA", "nl", None), ("Zwolle", "8011 AA", "nl", None), ("Breda", "4811 AA", "nl", None),
        ("Eindhoven", "5611 AA", "nl", None), ("Groningen", "9711 AA", "nl", None), ("Delft", "2611 AA", "nl", None),
    ), ("B.V.", "N.V.", "V.O.F."), "+31", 10, "TEST"),
    Country("FR", 0.15, 0, (
        ("Lille", "59000", "fr", None), ("Reims", "51100", "fr", None), ("Lyon", "69001", "fr", None),
        ("Strasbourg", "67000", "fr", "57"), ("Nantes", "44000", "fr", None), ("Rouen", "76000", "fr", None),
    ), ("SARL", "SAS", "SA"), "+33", 23),
    Country("DE", 0.10, 0, (
        ("Köln", "50667", "de", "NW"), ("Aachen", "52062", "de", "NW"), ("München", "80331", "de", "BY"),
        ("Berlin", "10115", "de", "BE"), ("Hamburg", "20095", "de", "HH"), ("Leipzig", "04109", "de", "SN"),
    ), ("GmbH", "AG", "KG"), "+49", 18),
    Country("GB", 0.05, 1, (
        ("Leeds", "LS1 1AA", "en", "ENG"), ("Bristol", "BS1 1AA", "en", "ENG"), ("Glasgow", "G1 1AA", "en", "SCT"),
        ("Cardiff", "CF10 1AA", "en", "WLS"),
    ), ("Ltd", "LLP", "plc"), "+44", 14, "TEST"),
    Country("US", 0.02, 2, (
        ("Albany", "12207", "en", "NY"), ("Sacramento", "95814", "en", "CA"), ("Austin", "73301", "en", "TX"),
    ), ("Inc.", "LLC"), "+1", 0),
    Country("CH", 0.02, 3, (
        ("Zürich", "8001", "de", "ZH"), ("Genève", "1201", "fr", "GE"), ("Basel", "4001", "de", "BS"),
    ), ("AG", "GmbH", "SA"), "+41", 17),
)  # fmt: skip

STEMS = (
    "Alder", "Amber", "Anker", "Arden", "Bever", "Boreal", "Brem", "Carda", "Ceder", "Corda", "Delta", "Distel",
    "Dorn", "Eiken", "Elzen", "Faro", "Fenix", "Grano", "Havik", "Heide", "Helder", "Iris", "Kempen", "Klaver",
    "Korund", "Lariks", "Linde", "Lumen", "Marne", "Merel", "Mistral", "Nova", "Opaal", "Orion", "Parel", "Polder",
    "Quarz", "Ravel", "Reiger", "Rivage", "Robur", "Saffier", "Salix", "Sambre", "Silex", "Sterna", "Terra",
    "Topaas", "Umbra", "Valk", "Vega", "Vesta", "Wilg", "Yser", "Zenit", "Zilver",
)  # fmt: skip
TRADES = (
    ("Bakkerijgrondstoffen", "10"), ("Textiel", "13"), ("Hout", "16"), ("Drukkerij", "18"), ("Chemie", "20"),
    ("Kunststof", "22"), ("Metaal", "25"), ("Elektro", "27"), ("Machines", "28"), ("Meubel", "31"), ("Bouw", "41"),
    ("Wegenbouw", "42"), ("Installatie", "43"), ("Garage", "45"), ("Groothandel", "46"), ("Winkels", "47"),
    ("Transport", "49"), ("Logistiek", "52"), ("Hotel", "55"), ("Catering", "56"), ("Software", "62"),
    ("Vastgoed", "68"), ("Advies", "70"), ("Techniek", "71"), ("Verhuur", "77"), ("Beveiliging", "80"),
    ("Schoonmaak", "81"), ("Zorg", "86"), ("Sport", "93"), ("Wasserij", "96"),
)  # fmt: skip
PUBLIC_ADMINISTRATION = "84"
BODIES = ("Gemeente", "Provincie", "Waterschap", "Hogeschool", "Ziekenhuis", "Politiezone")
FIRST_NAMES = (
    "An", "Bart", "Chantal", "Dirk", "Els", "Farid", "Greet", "Hugo", "Ilse", "Jef", "Karin", "Luc", "Marie", "Nadia",
    "Olivier", "Petra", "Quinten", "Rosa", "Stijn", "Tine", "Ugo", "Vera", "Wim", "Yasmina", "Zoë",
)  # fmt: skip
FAMILY_NAMES = (
    "Aerts", "Bakker", "Claes", "Dubois", "Evers", "Fontaine", "Goossens", "Hendriks", "Jacobs", "Kuipers",
    "Lambert", "Maes", "Nys", "Ooms", "Peeters", "Renard", "Smeets", "Thijs", "Urbain", "Visser", "Wouters",
)  # fmt: skip
STREETS = (
    "Stationsstraat",
    "Kerkstraat",
    "Industrielaan",
    "Molenweg",
    "Rue de la Gare",
    "Havenkaai",
    "Parklaan",
)
STAFF_OF_SALES = ("am-dirkx", "am-lemmens", "am-moreau", "am-vos", "am-weber")
STAFF_OF_CREDIT = ("cc-baert", "cc-janssen", "cc-petit", "cc-schmidt")
