#include "sandbox/odoo/start/tables.h"

// Currencies (ISO 4217), countries (ISO 3166) and the states of two of them, in the order in which Odoo numbers them.
namespace q2o::sandbox::odoo {

// code|decimals|symbol
const char* const kCurrencies = R"(
USD|2|$;VEF|2|Bs.F;CAD|2|$;CHF|2|CHF;BRL|2|R$;CNY|2|¥;CNH|2|¥;COP|2|$
CZK|2|Kč;DKK|2|kr;HUF|2|Ft;IDR|2|Rp;LVL|2|Ls;NOK|2|kr;XPF|0|XPF;PAB|2|B/.
PLN|2|zł;SEK|2|kr;ARS|2|$;INR|2|₹;AUD|2|$;UAH|2|₴;VND|0|₫;HKD|2|$
JPY|0|¥;BGN|2|лв;LTL|2|Lt;RON|2|lei;HRK|2|kn;RUB|2|руб;TRY|2|₺;KRW|0|₩
MXN|2|$;MYR|2|RM;NZD|2|$;PHP|2|₱;SGD|2|S$;ZAR|2|R;CRC|2|₡;MUR|2|Rs
XOF|0|CFA;XAF|0|FCFA;UGX|0|USh;HNL|2|L;CLP|0|$;UYU|2|$;AFN|2|Afs;AOA|2|Kz
XCD|2|$;AMD|2|դր.;AWG|2|Afl.;AZN|2|m;BSD|2|B$;BHD|3|BD;BDT|2|৳;BBD|2|Bds$
BYR|0|BR;BYN|2|Br;BZD|2|BZ$;BMD|2|BD$;BTN|2|Nu.;BOB|2|Bs.;BAM|2|KM;BWP|2|P
BIF|0|FBu;KHR|2|៛;KYD|2|$;KMF|0|CF;CDF|2|Fr;CUP|2|$;ANG|2|ƒ;DJF|0|Fdj
DOP|2|RD$;EGP|2|LE;SVC|2|¢;ERN|2|Nfk;ETB|2|Br;FKP|2|£;FJD|2|FJ$;GEL|2|ლ
GIP|2|£;GNF|0|FG;GYD|2|$;HTG|2|G;ISK|0|kr;IRR|2|﷼;IQD|3| ع.د;ILS|2|₪
JMD|2|$;JOD|3| د.ا ;KZT|2|₸;KES|2|KSh;KWD|3| د.ك ;KGS|2|лв;LAK|2|₭;LBP|2|ل.ل
LSL|2|M;LRD|2|L$;LYD|3| ل.د ;MOP|2|MOP$;MKD|2|ден;MGA|2|Ar;MWK|2|MK;MVR|2|Rf
MRO|2|UM;MRU|2|UM;MDL|2|L;MNT|2|₮;MAD|2|DH;BND|2|$;DZD|2|DA;GHS|2|GH¢
GMD|2|D;MZN|2|MT;MMK|2|K;NAD|2|$;NPR|2|₨;ALL|2|L;NIO|2|C$;NGN|2|₦
KPW|2|₩;ZIG|2|ZiG;ZMW|2|ZK;YER|2|﷼;EUR|2|€;VUV|0|VT;UZS|2|лв;AED|2|د.إ
TMT|2|T;TND|3|DT;TTD|2|$;TOP|2|T$;THB|2|฿;TZS|2|TSh;TJS|2|TJS;TWD|0|NT$
SYP|2|£;SZL|2|E;SRD|2|$;SDG|2|ج.س.;LKR|2|Rs;SSP|2|£;GBP|2|£;SOS|2|Sh.
SBD|2|SI$;SLL|2|Le;SLE|2|Le;SCR|2|SR;RSD|2|din.;SAR|2|SR;STD|2|Db;WST|2|WS$
SHP|2|£;RWF|0|RF;QAR|2|QR;PEN|2|S/;PYG|0|₲;PGK|2|K;PKR|2|Rs.;OMR|3|ر.ع.
CVE|2|$;COU|2|$;CLF|4|$;CUC|2|$;GTQ|2|Q;VES|2|Bs;UYW|4|$;UYI|4|$
STN|2|Db
)";

// code|name
const char* const kCountries = R"(
AD|Andorra;AE|United Arab Emirates;AF|Afghanistan;AG|Antigua and Barbuda;AI|Anguilla
AL|Albania;AM|Armenia;AO|Angola;AQ|Antarctica;AR|Argentina
AS|American Samoa;AT|Austria;AU|Australia;AW|Aruba;AX|Åland Islands
AZ|Azerbaijan;BA|Bosnia and Herzegovina;BB|Barbados;BD|Bangladesh;BE|Belgium
BF|Burkina Faso;BG|Bulgaria;BH|Bahrain;BI|Burundi;BJ|Benin
BL|Saint Barthélémy;BM|Bermuda;BN|Brunei Darussalam;BO|Bolivia;BQ|Bonaire, Sint Eustatius and Saba
BR|Brazil;BS|Bahamas;BT|Bhutan;BV|Bouvet Island;BW|Botswana
BY|Belarus;BZ|Belize;CA|Canada;CC|Cocos (Keeling) Islands;CF|Central African Republic
CD|Democratic Republic of the Congo;CG|Congo;CH|Switzerland;CI|Côte d'Ivoire;CK|Cook Islands
CL|Chile;CM|Cameroon;CN|China;CO|Colombia;CR|Costa Rica
CU|Cuba;CV|Cape Verde;CW|Curaçao;CX|Christmas Island;CY|Cyprus
CZ|Czech Republic;DE|Germany;DJ|Djibouti;DK|Denmark;DM|Dominica
DO|Dominican Republic;DZ|Algeria;EC|Ecuador;EE|Estonia;EG|Egypt
EH|Western Sahara;ER|Eritrea;ES|Spain;ET|Ethiopia;FI|Finland
FJ|Fiji;FK|Falkland Islands;FM|Micronesia;FO|Faroe Islands;FR|France
GA|Gabon;GD|Grenada;GE|Georgia;GF|French Guiana;GH|Ghana
GI|Gibraltar;GG|Guernsey;GL|Greenland;GM|Gambia;GN|Guinea
GP|Guadeloupe;GQ|Equatorial Guinea;GR|Greece;GS|South Georgia and the South Sandwich Islands;GT|Guatemala
GU|Guam;GW|Guinea-Bissau;GY|Guyana;HK|Hong Kong;HM|Heard Island and McDonald Islands
HN|Honduras;HR|Croatia;HT|Haiti;HU|Hungary;ID|Indonesia
IE|Ireland;IL|Israel;IM|Isle of Man;IN|India;IO|British Indian Ocean Territory
IQ|Iraq;IR|Iran;IS|Iceland;IT|Italy;JE|Jersey
JM|Jamaica;JO|Jordan;JP|Japan;KE|Kenya;KG|Kyrgyzstan
KH|Cambodia;KI|Kiribati;KM|Comoros;KN|Saint Kitts and Nevis;KP|North Korea
KR|South Korea;KW|Kuwait;KY|Cayman Islands;KZ|Kazakhstan;LA|Laos
LB|Lebanon;LC|Saint Lucia;LI|Liechtenstein;LK|Sri Lanka;LR|Liberia
LS|Lesotho;LT|Lithuania;LU|Luxembourg;LV|Latvia;LY|Libya
MA|Morocco;MC|Monaco;MD|Moldova;ME|Montenegro;MF|Saint Martin (French part)
MG|Madagascar;MH|Marshall Islands;MK|North Macedonia;ML|Mali;MM|Myanmar
MN|Mongolia;MO|Macau;MP|Northern Mariana Islands;MQ|Martinique;MR|Mauritania
MS|Montserrat;MT|Malta;MU|Mauritius;MV|Maldives;MW|Malawi
MX|Mexico;MY|Malaysia;MZ|Mozambique;NA|Namibia;NC|New Caledonia
NE|Niger;NF|Norfolk Island;NG|Nigeria;NI|Nicaragua;NL|Netherlands
NO|Norway;NP|Nepal;NR|Nauru;NU|Niue;NZ|New Zealand
OM|Oman;PA|Panama;PE|Peru;PF|French Polynesia;PG|Papua New Guinea
PH|Philippines;PK|Pakistan;PL|Poland;PM|Saint Pierre and Miquelon;PN|Pitcairn Islands
PR|Puerto Rico;PS|State of Palestine;PT|Portugal;PW|Palau;PY|Paraguay
QA|Qatar;RE|Réunion;RO|Romania;RS|Serbia;RU|Russian Federation
RW|Rwanda;SA|Saudi Arabia;SB|Solomon Islands;SC|Seychelles;SD|Sudan
SE|Sweden;SG|Singapore;SH|Saint Helena, Ascension and Tristan da Cunha;SI|Slovenia;SJ|Svalbard and Jan Mayen
SK|Slovakia;SL|Sierra Leone;SM|San Marino;SN|Senegal;SO|Somalia
SR|Suriname;SS|South Sudan;ST|São Tomé and Príncipe;SV|El Salvador;SX|Sint Maarten (Dutch part)
SY|Syria;SZ|Eswatini;TC|Turks and Caicos Islands;TD|Chad;TF|French Southern Territories
TG|Togo;TH|Thailand;TJ|Tajikistan;TK|Tokelau;TM|Turkmenistan
TN|Tunisia;TO|Tonga;TL|Timor-Leste;TR|Türkiye;TT|Trinidad and Tobago
TV|Tuvalu;TW|Taiwan;TZ|Tanzania;UA|Ukraine;UG|Uganda
GB|United Kingdom;UM|USA Minor Outlying Islands;US|United States;UY|Uruguay;UZ|Uzbekistan
VA|Holy See (Vatican City State);VC|Saint Vincent and the Grenadines;VE|Venezuela;VG|Virgin Islands (British);VI|Virgin Islands (USA)
VN|Vietnam;VU|Vanuatu;WF|Wallis and Futuna;WS|Samoa;YE|Yemen
YT|Mayotte;ZA|South Africa;ZM|Zambia;ZW|Zimbabwe;XK|Kosovo
)";

// country|code|name|external id
const char* const kStates = R"(
US|AL|Alabama|state_us_1;US|AK|Alaska|state_us_2;US|AZ|Arizona|state_us_3
US|AR|Arkansas|state_us_4;US|CA|California|state_us_5;US|CO|Colorado|state_us_6
US|CT|Connecticut|state_us_7;US|DE|Delaware|state_us_8;US|DC|District of Columbia|state_us_9
US|FL|Florida|state_us_10;US|GA|Georgia|state_us_11;US|HI|Hawaii|state_us_12
US|ID|Idaho|state_us_13;US|IL|Illinois|state_us_14;US|IN|Indiana|state_us_15
US|IA|Iowa|state_us_16;US|KS|Kansas|state_us_17;US|KY|Kentucky|state_us_18
US|LA|Louisiana|state_us_19;US|ME|Maine|state_us_20;US|MT|Montana|state_us_21
US|NE|Nebraska|state_us_22;US|NV|Nevada|state_us_23;US|NH|New Hampshire|state_us_24
US|NJ|New Jersey|state_us_25;US|NM|New Mexico|state_us_26;US|NY|New York|state_us_27
US|NC|North Carolina|state_us_28;US|ND|North Dakota|state_us_29;US|OH|Ohio|state_us_30
US|OK|Oklahoma|state_us_31;US|OR|Oregon|state_us_32;US|MD|Maryland|state_us_33
US|MA|Massachusetts|state_us_34;US|MI|Michigan|state_us_35;US|MN|Minnesota|state_us_36
US|MS|Mississippi|state_us_37;US|MO|Missouri|state_us_38;US|PA|Pennsylvania|state_us_39
US|RI|Rhode Island|state_us_40;US|SC|South Carolina|state_us_41;US|SD|South Dakota|state_us_42
US|TN|Tennessee|state_us_43;US|TX|Texas|state_us_44;US|UT|Utah|state_us_45
US|VT|Vermont|state_us_46;US|VA|Virginia|state_us_47;US|WA|Washington|state_us_48
US|WV|West Virginia|state_us_49;US|WI|Wisconsin|state_us_50;US|WY|Wyoming|state_us_51
US|AS|American Samoa|state_us_as;US|FM|Federated States of Micronesia|state_us_fm;US|GU|Guam|state_us_gu
US|MH|Marshall Islands|state_us_mh;US|MP|Northern Mariana Islands|state_us_mp;US|PW|Palau|state_us_pw
US|PR|Puerto Rico|state_us_pr;US|VI|Virgin Islands|state_us_vi;US|AA|Armed Forces Americas|state_us_aa
US|AE|Armed Forces Europe|state_us_ae;US|AP|Armed Forces Pacific|state_us_ap;CA|AB|Alberta|state_ca_ab
CA|BC|British Columbia|state_ca_bc;CA|MB|Manitoba|state_ca_mb;CA|NB|New Brunswick|state_ca_nb
CA|NL|Newfoundland and Labrador|state_ca_nl;CA|NT|Northwest Territories|state_ca_nt;CA|NS|Nova Scotia|state_ca_ns
CA|NU|Nunavut|state_ca_nu;CA|ON|Ontario|state_ca_on;CA|PE|Prince Edward Island|state_ca_pe
CA|QC|Quebec|state_ca_qc;CA|SK|Saskatchewan|state_ca_sk;CA|YT|Yukon|state_ca_yt
)";

}  // namespace q2o::sandbox::odoo
